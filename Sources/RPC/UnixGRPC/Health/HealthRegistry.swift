import Synchronization

/// The serving status of services, reported through `grpc.health.v1.Health`.
///
/// The empty name stands for the server as a whole, which is serving initially.
/// Source: the gRPC health checking protocol (grpc/doc/health-checking.md).
public final class HealthRegistry: Sendable {
  /// A serving status, numbered as in `grpc.health.v1.HealthCheckResponse.ServingStatus`.
  public enum ServingStatus: Int, Sendable, Hashable {
    case unknown = 0
    case serving = 1
    case notServing = 2
    /// Reported to watchers of a service that is not registered.
    case serviceUnknown = 3
  }

  private struct State {
    var statuses: [String: ServingStatus] = ["": .serving]
    var watchers: [String: [Int: AsyncStream<ServingStatus>.Continuation]] = [:]
    var nextWatcher = 0
    var isShuttingDown = false
  }

  private let state = Mutex(State())

  public init() {}

  /// Sets a service's status and notifies its watchers. Has no effect after ``beginShutdown()``.
  public func setStatus(_ status: ServingStatus, forService service: String = "") {
    state.withLock { state in
      guard !state.isShuttingDown, state.statuses.updateValue(status, forKey: service) != status else { return }
      state.watchers[service]?.values.forEach { $0.yield(status) }
    }
  }

  /// Permanently sets every service to not serving, notifies the watchers, and ends all watches.
  public func beginShutdown() {
    state.withLock { state in
      state.isShuttingDown = true
      for (service, status) in state.statuses where status != .notServing {
        state.statuses[service] = .notServing
        state.watchers[service]?.values.forEach { $0.yield(.notServing) }
      }
      // The termination callbacks of finished streams find nothing left to remove.
      let watchers = state.watchers.values.flatMap(\.values)
      state.watchers = [:]
      return watchers
    }.forEach { $0.finish() }
  }

  /// Returns the status of a service; nil if it is not registered.
  public func status(ofService service: String = "") -> ServingStatus? {
    state.withLock { $0.statuses[service] }
  }

  var statuses: [String: ServingStatus] {
    state.withLock { $0.statuses }
  }

  /// A stream of the current status and each change; it ends at shutdown. Slow readers get only the latest status.
  func updates(ofService service: String) -> AsyncStream<ServingStatus> {
    let (stream, continuation) = AsyncStream.makeStream(of: ServingStatus.self, bufferingPolicy: .bufferingNewest(1))
    let watcher: Int? = state.withLock { state in
      continuation.yield(state.statuses[service] ?? .serviceUnknown)
      guard !state.isShuttingDown else { return nil }
      defer { state.nextWatcher += 1 }
      state.watchers[service, default: [:]][state.nextWatcher] = continuation
      return state.nextWatcher
    }
    guard let watcher else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in self?.removeWatcher(watcher, ofService: service) }
    return stream
  }

  var watcherCount: Int {
    state.withLock { $0.watchers.values.reduce(0) { $0 + $1.count } }
  }

  private func removeWatcher(_ watcher: Int, ofService service: String) {
    state.withLock { state in
      state.watchers[service]?[watcher] = nil
      if state.watchers[service]?.isEmpty == true { state.watchers[service] = nil }
    }
  }
}
