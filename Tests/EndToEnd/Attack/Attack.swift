import ArgumentParser
import CreditsVersion
import Foundation

/// Attacks a daemon as a user without any role.
@main
struct Attack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits-attack",
    abstract: "Shows what a user without any role can do to the daemon's honest callers.",
    version: CreditsVersion.current,
    subcommands: [RunCommand.self, AttackerCommand.self, CrowdCommand.self, HogCommand.self, ListCommand.self],
    defaultSubcommand: RunCommand.self
  )
}

/// Whom a process calls, and the user that it becomes if root starts it.
struct CallerOptions: ParsableArguments {
  @Option(help: "The daemon's socket.")
  var socket: String

  @Option(help: "The number of the user and of its only group.")
  var user: UInt32 = 65_533

  func become() throws {
    guard geteuid() == 0 else { return }
    guard setgroups(0, nil) == 0, setgid(user) == 0, setuid(user) == 0 else {
      throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EPERM)
    }
  }
}

/// One attacker.
struct AttackerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attacker",
    abstract: "Make one attack, and say what became of its connections."
  )

  @Argument(help: "The attack.")
  var attack: AttackKind

  @Option(help: "How long, in seconds.")
  var seconds = 5.0

  @OptionGroup var caller: CallerOptions

  func run() throws {
    try caller.become()
    var attacker = Attacker(path: caller.socket, duration: .seconds(seconds))
    attacker.run(attack)
    let outcome = attacker.outcome
    print("opened \(outcome.opened) cut \(outcome.cut) stalled \(outcome.stalled)")
  }
}

/// The names of the attacks.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Print the names of the attacks.")

  func run() { print(AttackKind.allCases.map(\.rawValue).joined(separator: "\n")) }
}

/// A caller with as many connections as it gets.
struct HogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hog",
    abstract: "Open connections until the daemon refuses twenty, say how many, and keep them until standard input ends."
  )

  @OptionGroup var caller: CallerOptions

  func run() throws {
    try caller.become()
    let callers = Hog.connections(to: caller.socket)
    print("holds \(callers.count)")
    fflush(nil)
    while readLine() != nil {}
    withExtendedLifetime(callers) {}
  }
}

extension AttackKind: ExpressibleByArgument {}
