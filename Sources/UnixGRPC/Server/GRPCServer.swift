import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves gRPC on a Unix socket, from taking the path to giving it up.
///
/// A path is taken with a lock beside it, so that a live server's is never stolen and a dead one's is replaced; see
/// ``SocketSource`` for modes and ``SocketError`` for refusals.
public final class GRPCServer: Sendable {
  private enum Phase {
    case idle
    case running(listener: any Channel)
    case stopping
  }

  private let core: ServerCore
  private let connections: ConnectionRegistry
  private let phase = Mutex(Phase.idle)

  /// - Precondition: No service and no method appears twice.
  public init(services: [ServiceDefinition], configuration: Configuration, logger: Logger) {
    core = ServerCore(services: services, configuration: configuration, logger: logger)
    connections = ConnectionRegistry(maximumPerUser: configuration.maximumConnectionsPerUser)
  }

  /// Listens, calls `whenListening`, and serves until shutdown is asked for or the task is cancelled; then lets the open
  /// calls end, for at most `drainTimeout`, and removes the socket.
  ///
  /// - Throws: ``SocketError`` when the socket cannot be had. Runs once.
  public func run(whenListening: @Sendable () -> Void = {}) async throws {
    let socket = try ListeningSocket.open(core.configuration.socket)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: core.configuration.eventLoopThreads)
    do {
      let listener = try await listen(on: socket, group: group)
      let notifier = try core.configuration.notifiesServiceManager ? ServiceNotifier() : nil
      let isStopped = phase.withLock { phase in
        if case .stopping = phase { return true }
        phase = .running(listener: listener)
        return false
      }
      if isStopped { listener.close(promise: nil) }
      notify(notifier, .ready)
      let watchdog = startWatchdog(notifier, on: listener.eventLoop)
      whenListening()
      await withTaskCancellationHandler {
        try? await listener.closeFuture.get()
      } onCancel: {
        beginGracefulShutdown()
      }
      notify(notifier, .stopping)
      try? socket.remove()
      await connections.drain(timeout: core.configuration.drainTimeout, eventLoop: listener.eventLoop)
      watchdog?.cancel()
    } catch {
      try? socket.remove()
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
  }

  /// Takes no more connections or calls and lets ``run(whenListening:)`` return when the open calls have ended.
  public func beginGracefulShutdown() {
    let previous = phase.withLock { phase in
      defer { phase = .stopping }
      return phase
    }
    if case .running(let listener) = previous { listener.close(promise: nil) }
  }

  private func listen(on socket: ListeningSocket, group: MultiThreadedEventLoopGroup) async throws -> any Channel {
    guard let descriptor = socket.takeDescriptor() else { throw ChannelError.alreadyClosed }
    var executors: [ObjectIdentifier: EventLoopTaskExecutor] = [:]
    for eventLoop in group.makeIterator() {
      executors[ObjectIdentifier(eventLoop)] = EventLoopTaskExecutor(eventLoop: eventLoop)
    }
    let loopExecutors = executors
    let listener = try await ServerBootstrap(group: group)
      // Out of descriptors, accept(2) fails at once and for ever; asking again in a tight loop would starve the calls.
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
        }
      }
      .childChannelInitializer { [core, connections] channel in
        let executor = loopExecutors[ObjectIdentifier(channel.eventLoop)]!
        return channel.peerCredentials().flatMapThrowing { peer in
          try Self.accept(channel, from: peer, core: core, connections: connections, executor: executor)
        }
      }
      .withBoundSocket(descriptor)
      .get()
    // SwiftNIO has called listen(2) with a queue of its own choice, 128, on a socket that had a longer one.
    ListeningSocket.restoreBacklog(of: descriptor)
    return listener
  }

  private static func accept(
    _ channel: any Channel,
    from peer: PeerCredentials,
    core: ServerCore,
    connections: ConnectionRegistry,
    executor: EventLoopTaskExecutor
  ) throws {
    let configuration = core.configuration
    let timing = ConnectionTiming(
      keepaliveInterval: configuration.keepaliveInterval.map(TimeAmount.init),
      idleTimeout: configuration.idleTimeout.map(TimeAmount.init)
    )
    let transport = HTTP2Transport(
      role: .server,
      limits: configuration.limits,
      timing: timing,
      eventLoop: channel.eventLoop
    )
    let connection = ServerConnection(peer: peer, server: core, transport: transport, executor: executor) {
      [weak connections] connection in connections?.remove(connection)
    }
    switch connections.add(connection) {
    case .tooMany:
      core.logger.warning(
        "connection refused: its user has too many",
        metadata: ["uid": "\(peer.userID)", "pid": "\(peer.processID)"]
      )
      throw ChannelError.inputClosed
    case .whileDraining:
      throw ChannelError.inputClosed
    case .added:
      transport.attach(connection)
      do { try channel.pipeline.syncOperations.addHandler(transport) } catch {
        // The peer is gone already, and nobody else will say so.
        transport.close(nil)
        throw error
      }
    }
  }

  // MARK: The service manager

  private func notify(_ notifier: ServiceNotifier?, _ state: ServiceNotifier.State) {
    do { try notifier?.notify(state) } catch {
      core.logger.warning("the service manager could not be told", metadata: ["error": "\(error)"])
    }
  }

  /// Sends signs of life from the event loop, so that they stop when it does.
  private func startWatchdog(_ notifier: ServiceNotifier?, on eventLoop: any EventLoop) -> RepeatedTask? {
    guard let notifier, let timeout = notifier.watchdogTimeout else { return nil }
    let half = TimeAmount(timeout / 2)
    return eventLoop.scheduleRepeatedTask(initialDelay: half, delay: half) { _ in
      self.notify(notifier, .watchdog)
    }
  }
}

extension Channel {
  /// Who is at the other end (unix(7), `SO_PEERCRED`).
  fileprivate func peerCredentials() -> EventLoopFuture<PeerCredentials> {
    guard let provider = self as? any SocketOptionProvider else {
      return eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    // The layout of struct ucred.
    let credentials: EventLoopFuture<(Int32, UInt32, UInt32)> = provider.unsafeGetSocketOption(
      level: .socket,
      name: .init(rawValue: 17)
    )
    return credentials.map { PeerCredentials(processID: $0.0, userID: $0.1, groupID: $0.2) }
  }
}
