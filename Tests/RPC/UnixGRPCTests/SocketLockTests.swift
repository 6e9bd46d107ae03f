import Foundation
import Testing

@testable import UnixGRPC

@Suite("The lock on a socket path")
struct SocketLockTests {
  private let directory: TemporaryDirectory
  private let path: String
  private let lockPath: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory("s.sock")
    lockPath = path + ".lock"
  }

  @Test("is held after the socket file is removed until its owner is released, and its file stays")
  func kept() throws {
    var socket: ListeningSocket? = try ListeningSocket.open(.path(path))
    let lockFile = fileStatus(lockPath).map(FileIdentity.init)
    try socket?.remove()
    #expect(throws: SocketError.pathInUse(path: path, processID: getpid())) {
      try ListeningSocket.open(.path(path))
    }
    socket = nil
    #expect(fileStatus(lockPath).map(FileIdentity.init) == lockFile)
    _ = try ListeningSocket.open(.path(path))
    #expect(fileStatus(lockPath).map(FileIdentity.init) == lockFile)
  }

  @Test("ends with its owner, though a child that has not called exec(3) yet has a copy of its descriptor")
  func copied() throws {
    var socket: ListeningSocket? = try ListeningSocket.open(.path(path))
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    let links = names.filter {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)) == lockPath
    }
    let copy = try #require(links.first.flatMap { Int32($0) }.map { dup($0) })
    defer { close(copy) }
    try socket?.remove()
    socket = nil
    _ = try ListeningSocket.open(.path(path))
  }

  @Test("is private to its user")
  func mode() throws {
    _ = try ListeningSocket.open(.path(path))
    #expect(fileStatus(lockPath)?.st_mode == S_IFREG | 0o600)
  }

  @Test("is exclusive across processes, and released by the kernel when its holder is killed")
  func otherProcess() throws {
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/bin/sh")
    holder.arguments = ["-c", "exec 9>>\"$0\"; flock 9; echo locked; read line", lockPath]
    let input = Pipe()
    let output = Pipe()
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    #expect(output.fileHandleForReading.availableData == Data("locked\n".utf8))
    #expect(throws: SocketError.pathInUse(path: path, processID: nil)) { try ListeningSocket.open(.path(path)) }
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    _ = try ListeningSocket.open(.path(path))
  }

  @Test("is rejected if its file is a symbolic link, which is not followed", arguments: [true, false])
  func symbolicLink(dangling: Bool) throws {
    let target = directory("target")
    if !dangling { try Data("keep".utf8).write(to: URL(fileURLWithPath: target)) }
    symlink(target, lockPath)
    #expect(throws: SocketError.lockFileRefused(path: lockPath, reason: "is a symbolic link")) {
      try ListeningSocket.open(.path(path))
    }
    #expect((fileStatus(target) == nil) == dangling)
    if !dangling { #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("keep".utf8)) }
    #expect(fileStatus(path) == nil)
  }

  @Test("is rejected without blocking if its file is not a regular file", arguments: ["a directory", "a FIFO"])
  func notRegular(kind: String) throws {
    if kind == "a FIFO" { mkfifo(lockPath, 0o600) } else { mkdir(lockPath, 0o700) }
    #expect {
      try ListeningSocket.open(.path(path))
    } throws: { error in
      guard case SocketError.lockFileRefused(lockPath, let reason) = error else { return false }
      return reason.hasPrefix("is \(kind)")
    }
  }

  @Test("is rejected if its file is another user's", .enabled(if: geteuid() == 0, "only root can give files away"))
  func otherUser() throws {
    try Data().write(to: URL(fileURLWithPath: lockPath))
    chown(lockPath, 54_321, gid_t.max)
    #expect(throws: SocketError.lockFileRefused(path: lockPath, reason: "belongs to user 54321")) {
      try ListeningSocket.open(.path(path))
    }
  }

  @Test("is acquired by exactly one of many concurrent attempts")
  func race() async throws {
    let path = path
    let sockets = await withTaskGroup(of: ListeningSocket?.self) { group in
      for _ in 0..<32 {
        group.addTask { try? ListeningSocket.open(.path(path)) }
      }
      var all: [ListeningSocket] = []
      for await socket in group {
        if let socket { all.append(socket) }
      }
      return all
    }
    #expect(sockets.count == 1)
    #expect(try RawUnixSocket().connect(to: path) == 0)
  }
}
