public import Logging
import Synchronization
import SystemCalls

/// A gRPC server on a Unix socket.
///
/// A lock file beside the socket path protects a live server's socket and allows a stale one to be replaced. See
/// ``SocketSource`` for file modes and ``SocketError`` for errors.
public final class GRPCServer: Sendable {
  private enum Phase {
    case idle
    case running(Acceptor)
    case stopping
  }

  private let core: ServerCore
  private let connections: ConnectionRegistry
  private let phase = Mutex(Phase.idle)

  /// - Precondition: Services and methods are unique, and the authorizer, if any, covers every method.
  public init(services: [ServiceDefinition], configuration: Configuration, logger: Logger) {
    core = ServerCore(services: services, configuration: configuration, logger: logger)
    let maximum =
      configuration.maximumConnections
      ?? ConnectionShares.maximum(descriptors: DescriptorLimit.current, used: DescriptorLimit.openCount)
    connections = ConnectionRegistry(ConnectionShares(maximum: maximum))
  }

  /// Listens, calls `whenListening`, and serves until shutdown is requested or the task is cancelled; then removes the
  /// socket and waits up to `drainTimeout` for open calls to end.
  ///
  /// - Throws: ``SocketError`` if the socket cannot be opened. Call at most once.
  public func run(whenListening: @Sendable () -> Void = {}) async throws {
    let socket = try ListeningSocket.open(core.configuration.socket)
    let eventLoops: EventLoopGroup
    do {
      eventLoops = try EventLoopGroup(
        count: core.configuration.eventLoopThreads,
        name: "grpc-server",
        busyPolling: core.configuration.busyPolling
      )
    } catch {
      try? socket.remove()
      throw error
    }
    do { try await serve(socket, on: eventLoops, whenListening: whenListening) } catch {
      try? socket.remove()
      await eventLoops.stop()
      throw error
    }
    await eventLoops.stop()
  }

  private func serve(
    _ socket: ListeningSocket,
    on eventLoops: EventLoopGroup,
    whenListening: @Sendable () -> Void
  ) async throws {
    let closed = Latch(count: 1)
    let acceptor = try await listen(on: socket, eventLoops: eventLoops) { closed.countDown() }
    let notifier = makeNotifier()
    let isStopped = phase.withLock { phase in
      if case .stopping = phase { return true }
      phase = .running(acceptor)
      return false
    }
    if isStopped { acceptor.close() }
    notify(notifier, .ready)
    let watchdog = startWatchdog(notifier, on: eventLoops.first)
    whenListening()
    await withTaskCancellationHandler {
      await closed.wait()
    } onCancel: {
      beginGracefulShutdown()
    }
    notify(notifier, .stopping)
    try? socket.remove()
    await connections.drain(timeout: core.configuration.drainTimeout, eventLoop: eventLoops.first)
    core.log.reportCounts()
    core.admissionLog.endAll()
    watchdog?.stop()
  }

  /// Stops accepting connections and calls. ``run(whenListening:)`` returns when the open calls have ended.
  public func beginGracefulShutdown() {
    let previous = phase.withLock { phase in
      defer { phase = .stopping }
      return phase
    }
    if case .running(let acceptor) = previous { acceptor.close() }
  }

  private func listen(
    on socket: ListeningSocket,
    eventLoops: EventLoopGroup,
    closed: @escaping @Sendable () -> Void
  ) async throws -> Acceptor {
    guard let listener = socket.takeDescriptor() else { preconditionFailure("a listening socket was opened twice") }
    let first = eventLoops.first
    let acceptor = Acceptor(
      listener: OwnedDescriptor(takingOwnershipOf: listener),
      eventLoop: first,
      accepted: { [core, connections] socket, peer in
        let isKnown = core.knows(peer)
        let limits = isKnown ? core.configuration.userLimits : core.configuration.strangerLimits
        if let refusal = connections.admit(peer.userID, isKnown: isKnown, limit: limits.connections) {
          core.admissionLog.refused(peer, refusal, on: first)
          return false
        }
        let eventLoop = eventLoops.next()
        let number = socket.release()
        eventLoop.perform {
          Self.accept(
            OwnedDescriptor(takingOwnershipOf: number),
            from: peer,
            isKnown: isKnown,
            core: core,
            connections: connections,
            eventLoop: eventLoop
          )
        }
        return true
      },
      failed: { [core] code in core.admissionLog.couldNotAccept(errno: code, on: first) },
      closed: closed
    )
    try await withCheckedThrowingContinuation { continuation in
      eventLoops.first.execute { continuation.resume(with: Result { try acceptor.start() }) }
    }
    return acceptor
  }

  /// Streams that a peer without any rule may reset in a burst.
  private static let resetBurstOfStrangers: UInt64 = 100

  private static func accept(
    _ socket: consuming OwnedDescriptor,
    from peer: PeerCredentials,
    isKnown: Bool,
    core: ServerCore,
    connections: ConnectionRegistry,
    eventLoop: EventLoop
  ) {
    let configuration = core.configuration
    let limits = isKnown ? configuration.userLimits : configuration.strangerLimits
    let timing = ConnectionTiming(
      keepaliveInterval: configuration.keepaliveInterval,
      idleTimeout: configuration.idleTimeout
    )
    let key = UserAccounts.Key(user: peer.userID, isKnown: isKnown, eventLoop: ObjectIdentifier(eventLoop))
    let account = core.accounts.enter(key) {
      UserAccount(
        limit: limits.bytes / configuration.eventLoopThreads,
        streamWindow: Int(configuration.limits.streamWindow),
        eventLoop: eventLoop
      )
    }
    var connectionLimits = configuration.limits
    let window = account.openConnectionWindow(wide: connectionLimits.connectionWindow)
    connectionLimits.connectionWindow = window
    if !isKnown { connectionLimits.resetBurst = min(connectionLimits.resetBurst, Self.resetBurstOfStrangers) }
    let transport = HTTP2Transport(
      role: .server,
      limits: connectionLimits,
      timing: timing,
      sizes: isKnown ? .usual : .bounded(by: limits.bytes / max(1, limits.connections)),
      eventLoop: eventLoop
    )
    if !isKnown { transport.session.budget = TurnBudget(units: TurnBudget.perTurnOfStrangers) }
    let connection = ServerConnection(
      peer: peer,
      server: core,
      transport: transport,
      eventLoop: eventLoop,
      account: account
    ) { [weak connections] connection in
      connections?.remove(connection)
      account.closeConnectionWindow(of: window)
      core.accounts.leave(key)
    }
    guard connections.add(connection) else {
      account.closeConnectionWindow(of: window)
      return core.accounts.leave(key)
    }
    do throws(SocketError) { try transport.start(connection, socket: socket) } catch {
      core.log.report(
        .warning,
        "connection refused",
        about: "uid \(peer.userID)",
        metadata: ["error": "\(error)"],
        on: eventLoop
      )
    }
  }

  // MARK: The service manager

  /// A manager that cannot be reached is no reason not to serve (sd_notify(3)).
  private func makeNotifier() -> ServiceNotifier? {
    guard core.configuration.notifiesServiceManager else { return nil }
    do { return try ServiceNotifier() } catch {
      core.logger.warning("the service manager cannot be told", metadata: ["error": "\(error)"])
      return nil
    }
  }

  private func notify(_ notifier: ServiceNotifier?, _ state: ServiceNotifier.State) {
    do { try notifier?.notify(state) } catch {
      core.logger.warning("the service manager could not be told", metadata: ["error": "\(error)"])
    }
  }

  /// Sends watchdog notifications from the event loop, so that they stop if the loop stalls.
  private func startWatchdog(_ notifier: ServiceNotifier?, on eventLoop: EventLoop) -> Heartbeat? {
    guard let notifier, let timeout = notifier.watchdogTimeout else { return nil }
    return Heartbeat(every: timeout / 2, on: eventLoop) { self.notify(notifier, .watchdog) }
  }
}
