import Synchronization

/// The response events of a streaming call: initial metadata, messages, trailing metadata.
final class ResponseEvents: Sendable {
  let messages: InboundMessages

  private struct State {
    var initialMetadata: Result<Metadata, GRPCStatus>?
    var trailingMetadata: Metadata?
    var initialWaiters: [CheckedContinuation<Metadata, any Error>] = []
    var trailingWaiters: [CheckedContinuation<Metadata, Never>] = []
  }
  private let state = Mutex(State())

  init(drained: @escaping @Sendable () -> Void) {
    messages = InboundMessages(drained: drained)
  }

  func receivedInitialMetadata(_ metadata: Metadata) { settleInitial(.success(metadata)) }

  func ended(_ status: GRPCStatus, trailingMetadata: Metadata) {
    settleInitial(status == .ok ? .success(Metadata()) : .failure(status))
    let waiters = state.withLock { state in
      state.trailingMetadata = trailingMetadata
      defer { state.trailingWaiters = [] }
      return state.trailingWaiters
    }
    if status == .ok { messages.finish() } else { messages.finish(after: status) }
    for waiter in waiters { waiter.resume(returning: trailingMetadata) }
  }

  private func settleInitial(_ result: Result<Metadata, GRPCStatus>) {
    let waiters = state.withLock { state -> [CheckedContinuation<Metadata, any Error>] in
      guard state.initialMetadata == nil else { return [] }
      state.initialMetadata = result
      defer { state.initialWaiters = [] }
      return state.initialWaiters
    }
    for waiter in waiters { waiter.resume(with: result.mapError { $0 as any Error }) }
  }

  func initialMetadata() async throws -> Metadata {
    try await withCheckedThrowingContinuation { continuation in
      let known = state.withLock { state in
        if state.initialMetadata == nil { state.initialWaiters.append(continuation) }
        return state.initialMetadata
      }
      if let known { continuation.resume(with: known.mapError { $0 as any Error }) }
    }
  }

  func trailingMetadata() async -> Metadata {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.trailingMetadata == nil { state.trailingWaiters.append(continuation) }
        return state.trailingMetadata
      }
      if let known { continuation.resume(returning: known) }
    }
  }
}
