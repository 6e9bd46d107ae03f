package import ArgumentParser
import Glibc
package import UnixGRPC

/// Where a processor listens, and for whom.
package struct ProcessorSocketOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to listen: at most 107 bytes. Not needed where systemd passes a socket (LISTEN_FDS).",
      valueName: "path"
    )
  )
  package var socket: String?

  @Option(
    help: ArgumentHelp(
      "The group whose members may connect: one of the user that creditsd runs as. By default only this user may.",
      valueName: "group"
    )
  )
  package var socketGroup: String?

  @Option(
    help: ArgumentHelp("The user that creditsd runs as, by name or number: this one by default.", valueName: "user")
  )
  package var caller: String?

  package init() {}

  package func validate() throws {
    if socket == nil, Self.passed == nil { throw ValidationError("say where to listen, with --socket") }
    if let socketGroup, HostAccounts.groupID(socketGroup) == nil {
      throw ValidationError("--socket-group: there is no group \(socketGroup) on this host")
    }
    if let caller, HostAccounts.userID(caller) == nil {
      throw ValidationError("--caller: there is no user \(caller) on this host")
    }
  }

  /// The socket that systemd has passed, or else the one at the path.
  package var source: SocketSource {
    if let passed = Self.passed { return passed }
    guard let socket else { preconditionFailure("options without a socket are not valid") }
    return .path(socket, group: socketGroup.flatMap { HostAccounts.groupID($0) })
  }

  /// The user that may call.
  package var callerUserID: UInt32 { caller.flatMap { HostAccounts.userID($0) } ?? geteuid() }

  private static var passed: SocketSource? {
    SocketSource.passed(environment: { name in getenv(name).map { String(cString: $0) } })
  }
}
