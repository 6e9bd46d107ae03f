import Foundation
import Testing

@testable import UnixGRPC

@Suite("Socket activation")
struct SocketActivationTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory("s.sock")
  }

  private func passed(_ pid: String?, _ count: String?, _ names: String?) throws -> SocketActivation.Passed {
    try SocketActivation.Passed(listenPID: pid, listenFDs: count, listenFDNames: names, processID: 42)
  }

  @Test("applies only to the process named by LISTEN_PID")
  func processID() throws {
    #expect(try passed("42", "1", nil).names == ["unknown"])
    for (pid, count) in [(nil, "1"), ("42", nil), ("43", "1"), ("x", "1"), ("", "1")] as [(String?, String?)] {
      #expect(throws: SocketError.notActivated) { try passed(pid, count, nil) }
    }
  }

  @Test("that is meant for another process, or passes nothing, does not count")
  func meant() {
    func isMeant(_ variables: [String: String]) -> Bool {
      SocketActivation.isMeant(for: 42) { variables[$0] }
    }
    #expect(isMeant(["LISTEN_PID": "42", "LISTEN_FDS": "1"]))
    // To be refused, not passed over: it was meant for this process.
    #expect(isMeant(["LISTEN_PID": "42", "LISTEN_FDS": "x"]))
    for variables in [
      [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": "43", "LISTEN_FDS": "1"], ["LISTEN_PID": "42"],
      ["LISTEN_PID": "42", "LISTEN_FDS": "0"], ["LISTEN_PID": "x", "LISTEN_FDS": "1"],
    ] {
      #expect(!isMeant(variables), "\(variables)")
    }
  }

  @Test(
    "rejects invalid counts and numbers of names",
    arguments: [("-1", nil), ("x", nil), ("99999999", nil), ("2", "a")]
  )
  func malformed(count: String, names: String?) {
    #expect(throws: SocketError.self) { try passed("42", count, names) }
  }

  @Test("selects the only socket, or the one with the requested name")
  func choice() throws {
    #expect(try passed("42", "1", nil).index(name: nil) == 0)
    #expect(try passed("42", "3", "a:b:c").index(name: "b") == 1)
    #expect(throws: SocketError.self) { try passed("42", "2", "a:b").index(name: nil) }
    #expect(throws: SocketError.self) { try passed("42", "2", "a:b").index(name: "c") }
    #expect(throws: SocketError.self) { try passed("42", "2", "a:a").index(name: "a") }
    #expect(throws: SocketError.notActivated) { try passed("42", "0", nil).index(name: nil) }
  }

  @Test("takes the descriptor from the environment once, and clears the variables")
  func environment() throws {
    let listener = try RawUnixSocket(boundTo: path, backlog: 1)
    _ = fcntl(listener.descriptor, F_SETFD, 0)
    setenv("LISTEN_PID", "\(getpid())", 1)
    setenv("LISTEN_FDS", "1", 1)
    setenv("LISTEN_FDNAMES", "credits", 1)
    let taken = try SocketActivation.takeSocket(name: "credits", firstDescriptor: listener.descriptor)
    #expect(taken == listener.descriptor)
    #expect(fcntl(taken, F_GETFD) & FD_CLOEXEC != 0)
    for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] {
      #expect(getenv(variable) == nil)
    }
    #expect(throws: SocketError.notActivated) { try ListeningSocket.open(.activation()) }
  }

  @Test("provides a listening socket whose file is never removed and needs no lock")
  func adopted() throws {
    let listener = try RawUnixSocket(boundTo: path, backlog: 1)
    let socket = try ListeningSocket.adopt(dup(listener.descriptor))
    #expect(socket.path == path)
    try socket.remove()
    #expect(try RawUnixSocket().connect(to: path) == 0)
    #expect(fileStatus(path + ".lock") == nil)
    let descriptor = try #require(socket.takeDescriptor())
    defer { close(descriptor) }
    #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test("rejects descriptors other than listening Unix stream sockets")
  func refused() throws {
    let notListening = try RawUnixSocket(boundTo: path)
    let datagram = try RawUnixSocket(SOCK_DGRAM, boundTo: directory("d.sock"))
    let inet = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(listen(inet, 1) == 0)
    let file = open("/dev/null", O_RDONLY)
    for descriptor in [dup(notListening.descriptor), dup(datagram.descriptor), inet, file] {
      #expect {
        try ListeningSocket.adopt(descriptor)
      } throws: { error in
        guard case SocketError.activationRefused = error else { return false }
        return true
      }
    }
  }
}

@Suite("The service notifier")
struct ServiceNotifierTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func notifier(_ socket: String?, _ usec: String? = nil, _ pid: String? = nil) throws -> ServiceNotifier? {
    try ServiceNotifier(notifySocket: socket, watchdogMicroseconds: usec, watchdogProcessID: pid, processID: 42)
  }

  @Test("sends its states in one datagram, each on one line")
  func path() throws {
    let manager = try RawUnixSocket(SOCK_DGRAM, boundTo: directory("n"))
    let notifier = try #require(try notifier(directory("n")))
    try notifier.notify(.ready, .status("serving\non two lines\r\nREADY=0"))
    #expect(manager.receive() == "READY=1\nSTATUS=serving on two lines READY=0")
    try notifier.notify(.watchdog)
    #expect(manager.receive() == "WATCHDOG=1")
    try notifier.notify(.stopping)
    #expect(manager.receive() == "STOPPING=1")
  }

  @Test("reaches an abstract socket")
  func abstract() throws {
    let manager = try RawUnixSocket(SOCK_DGRAM)
    let name = "credits-test-\(directory.path)"
    let address = try #require(SocketAddress(abstractName: Array(name.utf8)))
    try #require(address.withSockAddr { bind(manager.descriptor, $0, $1) } == 0)
    try #require(try notifier("@" + name)).notify(.ready)
    #expect(manager.receive() == "READY=1")
  }

  @Test("throws when nobody listens")
  func nobody() throws {
    let notifier = try #require(try notifier(directory("n")))
    #expect(throws: SocketError.systemCall(name: "sendto", subject: "NOTIFY_SOCKET", errno: ENOENT)) {
      try notifier.notify(.ready)
    }
  }

  @Test("is nil without NOTIFY_SOCKET, and rejects invalid addresses")
  func addresses() throws {
    #expect(try notifier(nil) == nil)
    #expect(try notifier("") == nil)
    for address in [
      "@", "relative", "vsock:2", "vsock:2:x", "vsock::1", "tcp:1:2", "/" + String(repeating: "x", count: 107),
    ] {
      #expect(throws: SocketError.notificationAddressInvalid(address)) { try notifier(address) }
    }
  }

  @Test("parses vsock addresses, with and without a socket type")
  func vsock() throws {
    let address = try #require(VSockAddress("vsock:2:1234"))
    #expect(address.contextID == 2 && address.port == 1234 && address.type == nil)
    // struct sockaddr_vm of linux/vm_sockets.h, on a little-endian machine.
    #expect(address.bytes == [40, 0, 0, 0, 0xD2, 4, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(VSockAddress("vsock-stream:2:1")?.type == Int32(SOCK_STREAM.rawValue))
    #expect(VSockAddress("vsock-dgram:2:1")?.type == Int32(SOCK_DGRAM.rawValue))
    #expect(VSockAddress("vsock-seqpacket:4294967295:1")?.type == Int32(SOCK_SEQPACKET.rawValue))
    #expect(try notifier("vsock:2:1234") != nil)
  }

  @Test("has the watchdog timeout if it applies to this process")
  func watchdog() throws {
    #expect(try notifier("/n", "20000000")?.watchdogTimeout == .seconds(20))
    #expect(try notifier("/n", "20000000", "42")?.watchdogTimeout == .seconds(20))
    #expect(try notifier("/n", "20000000", "43")?.watchdogTimeout == nil)
    for value in [nil, "", "0", "-1", "x", "99999999999999999999"] {
      #expect(try notifier("/n", value)?.watchdogTimeout == nil)
    }
  }
}
