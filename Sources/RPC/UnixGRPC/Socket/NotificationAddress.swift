import Glibc

/// Where a service manager listens, as `NOTIFY_SOCKET` names it. Source: sd_notify(3).
struct NotificationAddress: Sendable {
  private enum Place: Sendable {
    case unix(SocketAddress)
    case vsock(VSockAddress)
  }

  private let place: Place

  /// Reads `/PATH`, `@NAME` for an abstract name, or `vsock:CID:PORT`, the manager outside of a virtual machine. Nil for
  /// anything else.
  init?(_ text: String) {
    if text.hasPrefix("@") {
      guard let abstract = SocketAddress(abstractName: Array(text.utf8.dropFirst())) else { return nil }
      place = .unix(abstract)
    } else if text.hasPrefix("/") {
      guard let path = try? SocketAddress(path: text) else { return nil }
      place = .unix(path)
    } else {
      guard let vsock = VSockAddress(text) else { return nil }
      place = .vsock(vsock)
    }
  }

  /// Sends one datagram.
  func send(_ datagram: [UInt8]) throws(SocketError) {
    switch place {
    case .unix(let address):
      let socket = try SocketAddress.makeSocket(SOCK_DGRAM)
      let number = socket.number
      try systemCall("sendto", "NOTIFY_SOCKET") {
        address.withSockAddr { address, length in
          Int32(sendto(number, datagram, datagram.count, Int32(MSG_NOSIGNAL), address, length))
        }
      }
    case .vsock(let address): try address.send(datagram)
    }
  }
}

/// An address in the domain of virtual machines and their hosts. Source: vsock(7), sd_notify(3).
struct VSockAddress: Hashable, Sendable {
  private static let domain: Int32 = 40  // AF_VSOCK
  /// For a connection to be made, where datagrams are not to be had. The manager is on this machine.
  private static let connectTimeout: Int32 = 1000

  let contextID: UInt32
  let port: UInt32
  /// Nil where it is left open, which type the manager takes.
  let type: Int32?

  /// Reads `vsock:CID:PORT`, or the same with the type, as in `vsock-stream:CID:PORT`.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let contextID = UInt32(parts[1]), let port = UInt32(parts[2]) else { return nil }
    switch parts[0] {
    case "vsock": type = nil
    case "vsock-dgram": type = Int32(SOCK_DGRAM.rawValue)
    case "vsock-seqpacket": type = Int32(SOCK_SEQPACKET.rawValue)
    case "vsock-stream": type = Int32(SOCK_STREAM.rawValue)
    default: return nil
    }
    (self.contextID, self.port) = (contextID, port)
  }

  /// `struct sockaddr_vm`: family, reserved, port, context id, flags and padding.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: UInt16(Self.domain)) { bytes += $0 }
    bytes += [0, 0]
    withUnsafeBytes(of: port) { bytes += $0 }
    withUnsafeBytes(of: contextID) { bytes += $0 }
    return bytes + [0, 0, 0, 0]
  }

  /// Sends one message, by the first type of socket that this machine has, as systemd's own library does: few
  /// hypervisors have datagrams.
  func send(_ message: [UInt8]) throws(SocketError) {
    let types = type.map { [$0] } ?? [SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM].map { Int32($0.rawValue) }
    var failure = SocketError.notificationAddressInvalid("vsock:\(contextID):\(port)")
    for type in types {
      let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      let number = Glibc.socket(Self.domain, type | flags, 0)
      guard number >= 0 else {
        failure = .systemCall(name: "socket", subject: "NOTIFY_SOCKET", errno: errno)
        continue
      }
      let owned = OwnedDescriptor(takingOwnershipOf: number)
      defer { withExtendedLifetime(owned) {} }
      do throws(SocketError) { try connect(number) } catch {
        // Where the hypervisor lacks a type, often only connect(2) says so.
        failure = error
        continue
      }
      try systemCall("send", "NOTIFY_SOCKET") {
        Int32(Glibc.send(number, message, message.count, Int32(MSG_NOSIGNAL)))
      }
      return
    }
    throw failure
  }

  private func connect(_ number: Int32) throws(SocketError) {
    let result = bytes.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { Glibc.connect(number, $0.baseAddress, socklen_t(bytes.count)) }
    }
    if result == 0 { return }
    guard errno == EINPROGRESS else { throw .systemCall(name: "connect", subject: "NOTIFY_SOCKET", errno: errno) }
    var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    let isReady = try systemCall("poll", "NOTIFY_SOCKET") { poll(&waiting, 1, Self.connectTimeout) }
    var failure: Int32 = isReady == 0 ? ETIMEDOUT : 0
    if isReady != 0 {
      var size = socklen_t(MemoryLayout<Int32>.size)
      try systemCall("getsockopt", "NOTIFY_SOCKET") { getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size) }
    }
    if failure != 0 { throw .systemCall(name: "connect", subject: "NOTIFY_SOCKET", errno: failure) }
  }
}
