import Backoff
import Glibc
import Synchronization

/// Manages a client's connection: connects on demand, and backs off while the server is unavailable.
final class ClientConnector: Sendable {
  /// A call waiting for a connection.
  private struct Waiter {
    let continuation: CheckedContinuation<ClientConnection, any Error>
    let waitsForReady: Bool
  }

  private enum Link {
    case none
    case connecting
    /// Connected; waiting for the server's SETTINGS, until the timer fires.
    case awaitingSettings(HTTP2Transport, LoopTimer)
    case ready(ClientConnection, HTTP2Transport)
    /// The last attempt failed; the next one is scheduled.
    case backingOff(GRPCStatus)
    case closed
  }

  private struct State {
    var link = Link.none
    var waiters: [UInt64: Waiter] = [:]
    var nextWaiter: UInt64 = 0
    var backoff = reconnecting
    var connections = 0
  }

  /// Backoff between connection attempts (gRPC, "Connection Backoff Protocol"), scaled to a local socket: a restarting
  /// daemon returns within a fraction of a second, and an attempt costs microseconds.
  private static let reconnecting = Backoff(
    first: .milliseconds(50),
    longest: .seconds(1),
    multiplier: 1.6,
    jitter: 0.2
  )

  /// Delay before retrying connect(2) on a server whose accept queue is full.
  private static let fullQueuePause = Duration.milliseconds(10)

  private let state = Mutex(State())
  private let target: SocketTarget
  private let configuration: GRPCClient.Configuration
  private let eventLoop: EventLoop

  init(target: SocketTarget, configuration: GRPCClient.Configuration, eventLoop: EventLoop) {
    self.target = target
    self.configuration = configuration
    self.eventLoop = eventLoop
  }

  /// The current connection, if it is ready.
  var readyConnection: ClientConnection? {
    state.withLock { state in
      if case .ready(let connection, _) = state.link { connection } else { nil }
    }
  }

  /// The number of connections that were ready until now.
  var connectionCount: Int { state.withLock { $0.connections } }

  /// Returns the connection, establishing it if necessary.
  ///
  /// Without `waitsForReady`, throws the error of the current attempt, or that of the last one while the next is not due.
  func connection(waitsForReady: Bool, deadline: MonotonicTime?) async throws -> ClientConnection {
    if let ready = readyConnection { return ready }
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let timer = deadline.map { deadline in
      eventLoop.schedule(at: deadline) { self.giveUp(id, self.deadlineExceeded) }
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
      // Checked under the lock: a cancellation or deadline that precedes the waiter's registration is detected here.
      if Task.isCancelled { return .fail(.cancelledByCaller) }
      if let deadline, deadline <= .now { return .fail(deadlineExceeded(state.link)) }
      switch state.link {
      case .ready(let connection, _): return .use(connection)
      case .closed: return .fail(GRPCStatus(code: .unavailable, message: "the client is closed"))
      case .backingOff(let failure) where !waiter.waitsForReady: return .fail(failure)
      case .backingOff, .connecting, .awaitingSettings:
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

  /// The status of a call whose deadline passes before there is a connection: says what the call waited for.
  private var deadlineExceeded: GRPCStatus { deadlineExceeded(state.withLock { $0.link }) }

  private func deadlineExceeded(_ link: Link) -> GRPCStatus {
    let reason: String
    switch link {
    case .connecting: reason = "\(cannotConnect): its server takes no more connections"
    case .awaitingSettings: reason = "\(cannotConnect): \(Self.silence)"
    case .backingOff(let failure): reason = failure.message
    case .none, .ready, .closed: return .deadlineExceeded
    }
    return GRPCStatus(code: .deadlineExceeded, message: "the deadline passed: \(reason)")
  }

  private var cannotConnect: String { "cannot connect to \(target)" }
  private static let silence = "its server accepts connections and sends nothing: it hangs, or speaks no gRPC"

  // MARK: Connecting

  private func connect() { eventLoop.execute { self.connectNow() } }

  private func connectNow() {
    do throws(SocketError) {
      try open(target.address(), until: eventLoop.now + configuration.connectTimeout)
    } catch {
      failed("\(error)")
    }
  }

  /// connect(2) on a Unix socket completes immediately, except with a full accept queue, for which it is retried.
  private func open(_ address: SocketAddress, until deadline: MonotonicTime) throws(SocketError) {
    let socket = try SocketAddress.makeSocket(SOCK_STREAM)
    let result = address.withSockAddr { Glibc.connect(socket.number, $0, $1) }
    guard result == 0 else {
      let code = errno
      guard code == EAGAIN || code == EINTR, eventLoop.now < deadline else {
        throw .systemCall(name: "connect", subject: "\(target)", errno: code)
      }
      _ = eventLoop.schedule(in: Self.fullQueuePause) { [self] in
        do throws(SocketError) { try open(address, until: deadline) } catch { failed("\(error)") }
      }
      return
    }
    try checkUser(of: socket.number)
    let limits = configuration.limits
    var timing = ConnectionTiming(keepaliveInterval: configuration.keepaliveInterval)
    // When a connection has ended no call is open, so nothing still unsent matters to anybody.
    timing.lingerTimeout = .zero
    let transport = HTTP2Transport(role: .client, limits: limits, timing: timing, eventLoop: eventLoop)
    let connection = ClientConnection(transport: transport, limits: limits) { [self] in connectionLost($0.transport) }
    guard awaitSettings(connection, transport, until: deadline) else { return }
    // If it cannot start, `connectionLost` has already been called.
    try? transport.start(connection, socket: socket)
  }

  /// Checks the server's user before anything is sent, because a path does not tell who created the socket.
  private func checkUser(of socket: Int32) throws(SocketError) {
    guard let expected = configuration.serverUserID else { return }
    guard let peer = PeerCredentials(of: socket) else {
      throw .systemCall(name: "getsockopt", subject: "\(target)", errno: errno)
    }
    guard peer.userID == expected else {
      throw .serverIsAnothers(path: "\(target)", userID: peer.userID, expected: expected)
    }
  }

  /// Makes callers wait for the server's SETTINGS; returns false if the client is closed. The queue of a stopping server
  /// still accepts connections and drops them: a call sent on one would be lost without knowing whether it was seen.
  private func awaitSettings(
    _ connection: ClientConnection,
    _ transport: HTTP2Transport,
    until deadline: MonotonicTime
  ) -> Bool {
    let timer = eventLoop.schedule(at: deadline) { [self] in settingsTimedOut(transport) }
    let isClosed = state.withLock { state in
      if case .closed = state.link { return true }
      state.link = .awaitingSettings(transport, timer)
      return false
    }
    if isClosed { timer.cancel() }
    if !isClosed { connection.session.onSettings = { [self] in connected(connection, transport) } }
    return !isClosed
  }

  private func settingsTimedOut(_ transport: HTTP2Transport) {
    let isStillWaiting = state.withLock { state in
      guard case .awaitingSettings(let current, _) = state.link, current === transport else { return false }
      state.link = .connecting
      return true
    }
    guard isStillWaiting else { return }
    failed(Self.silence)
    transport.close(nil)
  }

  private func connected(_ connection: ClientConnection, _ transport: HTTP2Transport) {
    let (waiters, isClosed) = state.withLock { state in
      defer { state.waiters = [:] }
      if case .closed = state.link { return (state.waiters, true) }
      if case .awaitingSettings(_, let timer) = state.link { timer.cancel() }
      state.link = .ready(connection, transport)
      state.connections += 1
      state.backoff.reset()
      return (state.waiters, false)
    }
    if isClosed { transport.close(nil) }
    for waiter in waiters.values { waiter.continuation.resume(returning: connection) }
  }

  private func failed(_ reason: String) {
    let status = GRPCStatus(code: .unavailable, message: "\(cannotConnect): \(reason)")
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

  /// Starts the next attempt if calls are waiting; otherwise the next call starts it.
  private func backoffEnded() {
    let connects = state.withLock { state in
      guard case .backingOff = state.link else { return false }
      state.link = state.waiters.isEmpty ? .none : .connecting
      return !state.waiters.isEmpty
    }
    if connects { connect() }
  }

  private func connectionLost(_ transport: HTTP2Transport) {
    let hasReceivedSettings = state.withLock { state in
      switch state.link {
      case .ready(_, let current) where current === transport: state.link = .none
      case .awaitingSettings(let current, let timer) where current === transport:
        timer.cancel()
        return false
      default: break
      }
      return true
    }
    if !hasReceivedSettings { failed("the server closed the connection before it said a word") }
  }

  // MARK: Closing

  func close() async {
    guard let transport = shutDown() else { return }
    let closed = Latch(count: 1)
    eventLoop.execute { transport.onClose { closed.countDown() } }
    await closed.wait()
  }

  /// Called when the client is released: only open calls keep the connection alive.
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
    case .awaitingSettings(let transport, let timer):
      timer.cancel()
      eventLoop.execute { transport.close(nil) }
      return transport
    case .none, .connecting, .backingOff, .closed:
      return nil
    }
  }
}
