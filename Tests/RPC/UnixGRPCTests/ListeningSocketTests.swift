import Foundation
import Testing

@testable import UnixGRPC

@Suite("A listening socket")
struct ListeningSocketTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory("s.sock")
  }

  @Test("listens with mode 0600, non-blocking and close-on-exec")
  func bound() throws {
    let socket = try ListeningSocket.open(.path(path))
    let status = try #require(fileStatus(path))
    #expect(status.st_mode == S_IFSOCK | 0o600)
    #expect(try RawUnixSocket().connect(to: path) == 0)
    let descriptor = try #require(socket.takeDescriptor())
    defer { close(descriptor) }
    #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
    #expect(socket.takeDescriptor() == nil)
  }

  @Test("queues more clients than the traditional 128")
  func queue() throws {
    let socket = try ListeningSocket.open(.path(path))
    defer { withExtendedLifetime(socket) {} }
    let callers = try (0..<500).map { _ in try RawUnixSocket() }
    #expect(try callers.map { try $0.connect(to: path) }.allSatisfy { $0 == 0 })
  }

  @Test("stops listening when released, unless its descriptor was taken")
  func closedWhenDropped() throws {
    _ = try ListeningSocket.open(.path(path))
    #expect(try RawUnixSocket().connect(to: path) == ECONNREFUSED)
  }

  @Test("creates a missing directory with mode 0700, and does not change an existing one")
  func directoryMade() throws {
    _ = try ListeningSocket.open(.path(directory("new/s.sock")))
    #expect(fileStatus(directory("new"))?.permissions == 0o700)
    chmod(directory("new"), 0o755)
    _ = try ListeningSocket.open(.path(directory("new/s.sock")))
    #expect(fileStatus(directory("new"))?.permissions == 0o755)
  }

  @Test("makes the directories above it too, which others may pass through, and says which it cannot make")
  func parentsMade() throws {
    _ = try ListeningSocket.open(.path(directory("a/b/c/s.sock")))
    #expect(fileStatus(directory("a/b/c"))?.permissions == 0o700)
    for parent in ["a", "a/b"] { #expect(fileStatus(directory(parent))?.permissions == 0o755) }
    try Data().write(to: URL(fileURLWithPath: directory("file")))
    #expect(throws: SocketError.directoryNotMade(path: directory("file/b"), errno: ENOTDIR)) {
      try ListeningSocket.open(.path(directory("file/b/s.sock")))
    }
  }

  @Test("lets a group connect but not replace it")
  func group() throws {
    // The process's own group, to which any user may give a file.
    let group = getegid()
    let socket = try ListeningSocket.open(.path(directory("g/s.sock"), group: group))
    let socketStatus = try #require(fileStatus(directory("g/s.sock")))
    let directoryStatus = try #require(fileStatus(directory("g")))
    #expect(socketStatus.permissions == 0o660)
    #expect(socketStatus.st_gid == group)
    #expect(directoryStatus.permissions == 0o710)
    #expect(directoryStatus.st_gid == group)
    try socket.remove()
    chmod(directory("g"), 0o770)
    #expect(throws: SocketError.directoryWritableByOthers(directory("g"))) {
      try ListeningSocket.open(.path(directory("g/other.sock"), group: group))
    }
  }

  @Test("is removed when its group cannot be set", .enabled(if: geteuid() != 0, "root may set any group"))
  func groupRefused() throws {
    #expect(throws: SocketError.systemCall(name: "chown", subject: path, errno: EPERM)) {
      try ListeningSocket.open(.path(path, group: 0))
    }
    #expect(fileStatus(path) == nil)
  }

  @Test("is rejected in a directory where anyone could replace it, unless the sticky bit is set")
  func sharedDirectory() throws {
    mkdir(directory("shared"), 0o700)
    chmod(directory("shared"), 0o777)
    #expect(throws: SocketError.directoryWritableByOthers(directory("shared"))) {
      try ListeningSocket.open(.path(directory("shared/s.sock")))
    }
    chmod(directory("shared"), 0o1777)
    _ = try ListeningSocket.open(.path(directory("shared/s.sock")))
  }

  @Test("never replaces the socket of a server that holds the lock")
  func secondServer() throws {
    let first = try ListeningSocket.open(.path(path))
    let before = fileStatus(path).map(FileIdentity.init)
    #expect(throws: SocketError.pathInUse(path: path, processID: getpid())) {
      try ListeningSocket.open(.path(path))
    }
    #expect(fileStatus(path).map(FileIdentity.init) == before)
    #expect(try RawUnixSocket().connect(to: path) == 0)
    withExtendedLifetime(first) {}
  }

  @Test("never replaces the socket of a live server without a lock", arguments: [SOCK_STREAM, SOCK_SEQPACKET])
  func foreignServer(type: __socket_type) throws {
    let foreign = try RawUnixSocket(type, boundTo: path, backlog: 1)
    #expect(throws: SocketError.pathServed(path)) { try ListeningSocket.open(.path(path)) }
    #expect(fileStatus(path) != nil)
    withExtendedLifetime(foreign) {}
  }

  @Test("treats a server whose accept queue is full as live")
  func foreignServerBusy() throws {
    let foreign = try RawUnixSocket(boundTo: path, backlog: 0)
    let callers = try (0..<4).map { _ in try RawUnixSocket() }
    let results = try callers.map { try $0.connect(to: path) }
    try #require(results.last == EAGAIN)
    #expect(throws: SocketError.pathServed(path)) { try ListeningSocket.open(.path(path)) }
    withExtendedLifetime((foreign, callers)) {}
  }

  @Test("replaces the stale socket of a dead server")
  func stale() throws {
    _ = try RawUnixSocket(boundTo: path, backlog: 1)
    let stale = try #require(fileStatus(path).map(FileIdentity.init))
    // Keeps the inode number from being reused.
    link(path, directory("kept"))
    let socket = try ListeningSocket.open(.path(path))
    #expect(fileStatus(path).map(FileIdentity.init) != stale)
    #expect(try RawUnixSocket().connect(to: path) == 0)
    withExtendedLifetime(socket) {}
  }

  @Test("never removes a file that is not a socket", arguments: ["file", "symlink", "dangling", "directory", "fifo"])
  func notASocket(kind: String) throws {
    let target = directory("target")
    switch kind {
    case "file": try Data("keep".utf8).write(to: URL(fileURLWithPath: path))
    case "symlink":
      // Not even a link to a stale socket.
      _ = try RawUnixSocket(boundTo: target, backlog: 1)
      symlink(target, path)
    case "dangling": symlink(target, path)
    case "directory": mkdir(path, 0o700)
    default: mkfifo(path, 0o600)
    }
    let before = try #require(fileStatus(path))
    #expect(throws: SocketError.pathNotASocket(path: path, kind: before.kind)) {
      try ListeningSocket.open(.path(path))
    }
    #expect(fileStatus(path).map(FileIdentity.init) == FileIdentity(before))
    if kind == "dangling" { #expect(fileStatus(target) == nil) }
  }

  @Test("never removes another user's socket", .enabled(if: geteuid() == 0, "only root can give files away"))
  func otherUser() throws {
    _ = try RawUnixSocket(boundTo: path, backlog: 1)
    chown(path, 54_321, gid_t.max)
    #expect(throws: SocketError.pathOwnedByAnother(path: path, userID: 54_321)) {
      try ListeningSocket.open(.path(path))
    }
    #expect(fileStatus(path)?.st_uid == 54_321)
  }

  @Test("accepts paths of up to 107 bytes")
  func pathLength() throws {
    let longest = path + String(repeating: "x", count: 107 - path.utf8.count)
    let socket = try ListeningSocket.open(.path(longest))
    #expect(try RawUnixSocket().connect(to: longest) == 0)
    withExtendedLifetime(socket) {}
    let error = SocketError.pathTooLong(path: longest + "x", byteCount: 108)
    #expect(throws: error) { try ListeningSocket.open(.path(longest + "x")) }
    #expect(error.description.contains("108 bytes"))
  }

  @Test("rejects paths that do not name a file", arguments: ["", "a\0b", "\0abstract", "/", "dir/", ".", "..", "x/.."])
  func pathInvalid(path: String) {
    #expect {
      try ListeningSocket.open(.path(path))
    } throws: { error in
      guard case SocketError.pathInvalid(path, _) = error else { return false }
      return true
    }
  }

  @Test("removes its file, and only once")
  func remove() throws {
    let socket = try ListeningSocket.open(.path(path))
    try socket.remove()
    #expect(fileStatus(path) == nil)
    let other = try RawUnixSocket(boundTo: path, backlog: 1)
    try socket.remove()
    #expect(fileStatus(path) != nil)
    withExtendedLifetime(other) {}
  }

  @Test("does not remove a file that has replaced its own")
  func swapped() throws {
    let socket = try ListeningSocket.open(.path(path))
    link(path, directory("kept"))
    unlink(path)
    let other = try RawUnixSocket(boundTo: path, backlog: 1)
    try socket.remove()
    #expect(try RawUnixSocket().connect(to: path) == 0)
    withExtendedLifetime(other) {}
  }

  @Test("removes its file after the path to its directory has changed")
  func movedDirectory() throws {
    let socket = try ListeningSocket.open(.path(directory("d/s.sock")))
    rename(directory("d"), directory("e"))
    try socket.remove()
    #expect(fileStatus(directory("e/s.sock")) == nil)
  }
}
