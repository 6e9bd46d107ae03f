import NIOCore
import NIOPosix
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
    case greeting(any Channel)
    case ready(ClientConnection, any Channel)
    /// The last attempt failed; the next comes at a set time.
    case backingOff(GRPCStatus)
    case closed
  }

  private struct State {
    var link = Link.none
    var waiters: [UInt64: Waiter] = [:]
    var nextWaiter: UInt64 = 0
    var backoff = ReconnectBackoff()
  }

  private let state = Mutex(State())
  private let socketPath: String
  private let configuration: GRPCClient.Configuration
  private let eventLoop: any EventLoop

  init(socketPath: String, configuration: GRPCClient.Configuration, eventLoop: any EventLoop) {
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
  func connection(waitsForReady: Bool, deadline: NIODeadline?) async throws -> ClientConnection {
    if let ready = readyConnection { return ready }
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let timer = deadline.map { deadline in
      eventLoop.scheduleTask(deadline: deadline) { self.giveUp(id, .deadlineExceeded) }
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

  private func wait(_ id: UInt64, _ waiter: Waiter, deadline: NIODeadline?) {
    enum Step {
      case use(ClientConnection)
      case fail(GRPCStatus)
      case connect
      case wait
    }
    let step: Step = state.withLock { state in
      // Asked under the lock: what gives up a waiter that is not there yet has come before, and shows here.
      if Task.isCancelled { return .fail(.cancelledByCaller) }
      if let deadline, deadline <= .now() { return .fail(.deadlineExceeded) }
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

  private func connect() {
    let limits = configuration.limits
    let timing = ConnectionTiming(keepaliveInterval: configuration.keepaliveInterval.map(TimeAmount.init))
    let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(TimeAmount(configuration.connectTimeout))
    Task {
      do {
        let (connection, channel) = try await bootstrap.connect(unixDomainSocketPath: socketPath) { channel in
          let transport = HTTP2Transport(
            role: .client,
            limits: limits,
            timing: timing,
            eventLoop: channel.eventLoop
          )
          let connection = ClientConnection(transport: transport, limits: limits) { [weak self] in
            self?.lost(channel)
          }
          transport.attach(connection)
          return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(transport)
            return (connection, channel)
          }
        }
        // On the event loop, where a loss cannot slip in between the question and the answer.
        eventLoop.execute { self.greet(connection, channel) }
      } catch {
        eventLoop.execute { self.failed(error) }
      }
    }
  }

  /// Waits for the server's SETTINGS. The queue of a server that is going away still takes connections, and drops them:
  /// a call that was sent on one would be lost without anybody knowing whether it had been seen.
  private func greet(_ connection: ClientConnection, _ channel: any Channel) {
    guard channel.isActive else { return failed(ChannelError.ioOnClosedChannel) }
    let isClosed = state.withLock { state in
      if case .closed = state.link { return true }
      state.link = .greeting(channel)
      return false
    }
    if isClosed { return channel.close(promise: nil) }
    if connection.session.hasReceivedSettings { return connected(connection, channel) }
    connection.session.onSettings = { self.connected(connection, channel) }
  }

  private func connected(_ connection: ClientConnection, _ channel: any Channel) {
    let (waiters, isClosed) = state.withLock { state in
      defer { state.waiters = [:] }
      if case .closed = state.link { return (state.waiters, true) }
      state.link = .ready(connection, channel)
      state.backoff.reset()
      return (state.waiters, false)
    }
    if isClosed { channel.close(promise: nil) }
    for waiter in waiters.values { waiter.continuation.resume(returning: connection) }
  }

  private func failed(_ error: any Error) {
    let status = GRPCStatus(code: .unavailable, message: "cannot connect to \(socketPath): \(error)")
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
    eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.backoffEnded() }
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

  private func lost(_ channel: any Channel) {
    let hasGreeted = state.withLock { state in
      switch state.link {
      case .ready(_, let current) where current === channel: state.link = .none
      case .greeting(let current) where current === channel: return false
      default: break
      }
      return true
    }
    if !hasGreeted { failed(ChannelError.eof) }
  }

  // MARK: Closing

  func close() async {
    let channel = shutDown()
    try? await channel?.closeFuture.get()
  }

  /// The client is gone: nothing holds the connection but its open calls.
  func abandon() { _ = shutDown() }

  private func shutDown() -> (any Channel)? {
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
    case .ready(let connection, let channel):
      connection.post(.shutDown)
      return channel
    case .greeting(let channel):
      channel.close(promise: nil)
      return channel
    case .none, .connecting, .backingOff, .closed:
      return nil
    }
  }
}
