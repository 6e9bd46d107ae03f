import Backoff
import Glibc
import Synchronization

/// Keeps a client connected: makes connections when calls want them, and spaces the attempts when there is no server.
final class ClientConnector: Sendable {
  /// A call that waits for a connection.
  private struct Waiter {
    let continuation: CheckedContinuation<ClientConnection, any Error>
    let waitsForReady: Bool
  }

  private enum Link {
    case none
    case connecting
    /// Connected, to a server that has not sent its SETTINGS.
    case greeting(HTTP2Transport)
    case ready(ClientConnection, HTTP2Transport)
    /// The last attempt failed; the next comes at a set time.
    case backingOff(GRPCStatus)
    case closed
  }

  private struct State {
    var link = Link.none
    var waiters: [UInt64: Waiter] = [:]
    var nextWaiter: UInt64 = 0
    var backoff = reconnecting
  }

  /// Between attempts to connect (gRPC, "Connection Backoff Protocol"), in a local socket's measure: a restarting daemon
  /// is back within a fraction of a second, and asking a path costs microseconds.
  private static let reconnecting = Backoff(
    first: .milliseconds(50),
    longest: .seconds(1),
    multiplier: 1.6,
    jitter: 0.2
  )

  /// Before connect(2) is tried again on a server whose queue is full.
  private static let fullQueuePause = Duration.milliseconds(10)

  private let state = Mutex(State())
  private let socketPath: String
  private let configuration: GRPCClient.Configuration
  private let eventLoop: EventLoop

  init(socketPath: String, configuration: GRPCClient.Configuration, eventLoop: EventLoop) {
    self.socketPath = socketPath
    self.configuration = configuration
    self.eventLoop = eventLoop
  }

  /// The connection, if there is one now.
  var readyConnection: ClientConnection? {
    state.withLock { state in
      if case .ready(let connection, _) = state.link { connection } else { nil }
    }
  }

  /// The connection, made if need be.
  ///
  /// Without `waitsForReady` the call fails with the outcome of the attempt under way, or of the last one while the next
  /// is not due.
  func connection(waitsForReady: Bool, deadline: MonotonicTime?) async throws -> ClientConnection {
    if let ready = readyConnection { return ready }
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let timer = deadline.map { deadline in
      eventLoop.schedule(at: deadline) { self.giveUp(id, .deadlineExceeded) }
    }
    defer { timer?.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        wait(id, Waiter(continuation: continuation, waitsForReady: waitsForReady), deadline: deadline)
      }
    } onCancel: {
      giveUp(id, .cancelledByCaller)
    }
  }

  private func wait(_ id: UInt64, _ waiter: Waiter, deadline: MonotonicTime?) {
    enum Step {
      case use(ClientConnection)
      case fail(GRPCStatus)
      case connect
      case wait
    }
    let step: Step = state.withLock { state in
      // Asked under the lock: what gives up a waiter that is not there yet has come before, and shows here.
      if Task.isCancelled { return .fail(.cancelledByCaller) }
      if let deadline, deadline <= .now { return .fail(.deadlineExceeded) }
      switch state.link {
      case .ready(let connection, _): return .use(connection)
      case .closed: return .fail(GRPCStatus(code: .unavailable, message: "the client is closed"))
      case .backingOff(let failure) where !waiter.waitsForReady: return .fail(failure)
      case .backingOff, .connecting, .greeting:
        state.waiters[id] = waiter
        return .wait
      case .none:
        state.waiters[id] = waiter
        state.link = .connecting
        return .connect
      }
    }
    switch step {
    case .use(let connection): waiter.continuation.resume(returning: connection)
    case .fail(let status): waiter.continuation.resume(throwing: status)
    case .connect: connect()
    case .wait: break
    }
  }

  private func giveUp(_ id: UInt64, _ status: GRPCStatus) {
    let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
    waiter?.continuation.resume(throwing: status)
  }

  // MARK: Connecting

  private func connect() { eventLoop.execute { self.connectNow() } }

  private func connectNow() {
    do throws(SocketError) {
      try open(SocketAddress(path: socketPath), until: eventLoop.now + configuration.connectTimeout)
    } catch {
      failed("\(error)")
    }
  }

  /// connect(2) on a Unix socket succeeds or fails at once, but for a server whose queue is full: it is asked again.
  private func open(_ address: SocketAddress, until deadline: MonotonicTime) throws(SocketError) {
    let socket = try SocketAddress.makeSocket(SOCK_STREAM)
    let result = address.withSockAddr { Glibc.connect(socket.number, $0, $1) }
    guard result == 0 else {
      let code = errno
      guard code == EAGAIN || code == EINTR, eventLoop.now < deadline else {
        throw .systemCall(name: "connect", subject: socketPath, errno: code)
      }
      _ = eventLoop.schedule(in: Self.fullQueuePause) { [self] in
        do throws(SocketError) { try open(address, until: deadline) } catch { failed("\(error)") }
      }
      return
    }
    try checkUser(of: socket.number)
    let limits = configuration.limits
    let timing = ConnectionTiming(keepaliveInterval: configuration.keepaliveInterval)
    let transport = HTTP2Transport(role: .client, limits: limits, timing: timing, eventLoop: eventLoop)
    let connection = ClientConnection(transport: transport, limits: limits) { [self] in lost($0.transport) }
    guard greet(connection, transport) else { return }
    // Where it cannot start, `lost` has been told.
    try? transport.start(connection, socket: socket)
  }

  /// Before a byte is sent: a path says nothing of who made the socket there.
  private func checkUser(of socket: Int32) throws(SocketError) {
    guard let expected = configuration.serverUserID else { return }
    guard let peer = PeerCredentials(of: socket) else {
      throw .systemCall(name: "getsockopt", subject: socketPath, errno: errno)
    }
    guard peer.userID == expected else {
      throw .serverIsAnothers(path: socketPath, userID: peer.userID, expected: expected)
    }
  }

  /// Waits for the server's SETTINGS. The queue of a server that is going away still takes connections, and drops them:
  /// a call that was sent on one would be lost without anybody knowing whether it had been seen.
  private func greet(_ connection: ClientConnection, _ transport: HTTP2Transport) -> Bool {
    let isClosed = state.withLock { state in
      if case .closed = state.link { return true }
      state.link = .greeting(transport)
      return false
    }
    if !isClosed { connection.session.onSettings = { [self] in connected(connection, transport) } }
    return !isClosed
  }

  private func connected(_ connection: ClientConnection, _ transport: HTTP2Transport) {
    let (waiters, isClosed) = state.withLock { state in
      defer { state.waiters = [:] }
      if case .closed = state.link { return (state.waiters, true) }
      state.link = .ready(connection, transport)
      state.backoff.reset()
      return (state.waiters, false)
    }
    if isClosed { transport.close(nil) }
    for waiter in waiters.values { waiter.continuation.resume(returning: connection) }
  }

  private func failed(_ reason: String) {
    let status = GRPCStatus(code: .unavailable, message: "cannot connect to \(socketPath): \(reason)")
    let random = Double.random(in: 0..<1)
    let (failed, delay) = state.withLock { state -> ([Waiter], Duration?) in
      if case .closed = state.link { return ([], nil) }
      state.link = .backingOff(status)
      let failed = state.waiters.filter { !$0.value.waitsForReady }
      for id in failed.keys { state.waiters[id] = nil }
      return (Array(failed.values), state.backoff.next(random: random))
    }
    for waiter in failed { waiter.continuation.resume(throwing: status) }
    guard let delay else { return }
    _ = eventLoop.schedule(in: delay) { [self] in backoffEnded() }
  }

  /// The next attempt is due: at once if a call waits for it, else with the next call.
  private func backoffEnded() {
    let connects = state.withLock { state in
      guard case .backingOff = state.link else { return false }
      state.link = state.waiters.isEmpty ? .none : .connecting
      return !state.waiters.isEmpty
    }
    if connects { connect() }
  }

  private func lost(_ transport: HTTP2Transport) {
    let hasGreeted = state.withLock { state in
      switch state.link {
      case .ready(_, let current) where current === transport: state.link = .none
      case .greeting(let current) where current === transport: return false
      default: break
      }
      return true
    }
    if !hasGreeted { failed("the server closed the connection before it said a word") }
  }

  // MARK: Closing

  func close() async {
    guard let transport = shutDown() else { return }
    let closed = Latch(count: 1)
    eventLoop.execute { transport.onClose { closed.countDown() } }
    await closed.wait()
  }

  /// The client is gone: nothing holds the connection but its open calls.
  func abandon() { _ = shutDown() }

  private func shutDown() -> HTTP2Transport? {
    let (link, waiters) = state.withLock { state in
      defer {
        state.link = .closed
        state.waiters = [:]
      }
      return (state.link, state.waiters)
    }
    for waiter in waiters.values {
      waiter.continuation.resume(throwing: GRPCStatus(code: .unavailable, message: "the client is closed"))
    }
    switch link {
    case .ready(let connection, let transport):
      connection.post(.shutDown)
      return transport
    case .greeting(let transport):
      eventLoop.execute { transport.close(nil) }
      return transport
    case .none, .connecting, .backingOff, .closed:
      return nil
    }
  }
}
