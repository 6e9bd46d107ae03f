import Synchronization

/// Back-pressure for the outgoing messages of one stream: counts the bytes that wait for the peer's window and suspends
/// writers at the high-water mark.
final class OutboundGate: Sendable {
  /// Waiting bytes at which writers suspend: enough to fill a socket buffer, little enough for a thousand streams.
  static let highWaterMark = 64 * 1024

  private struct State {
    var waitingBytes = 0
    var closure: GRPCStatus?
    var writers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var nextWriter: UInt64 = 0
    /// The least number of waiting bytes for which a writer waits.
    var mark = OutboundGate.highWaterMark

    mutating func takeWriters() -> [CheckedContinuation<Void, any Error>] {
      guard !writers.isEmpty else { return [] }
      defer { writers = [:] }
      return Array(writers.values)
    }
  }
  private let state = Mutex(State())

  /// Whether a writer is suspended until the peer reads.
  var hasWaitingWriters: Bool { state.withLock { !$0.writers.isEmpty } }

  /// Adds `bytes` to the count. Throws the status that closed the stream, if it is closed.
  func enter(_ bytes: Int) throws(GRPCStatus) {
    let closure = state.withLock { state in
      if state.closure == nil { state.waitingBytes += bytes }
      return state.closure
    }
    if let closure { throw closure }
  }

  /// Suspends until the count is below `mark`, the stream is closed, or the task is cancelled.
  ///
  /// - Parameter mark: The same for all writers of a stream.
  func waitForRoom(below mark: Int = OutboundGate.highWaterMark) async throws {
    let writer: UInt64? = try state.withLock { state in
      state.mark = mark
      if let closure = state.closure { throw closure }
      if state.waitingBytes < mark { return nil }
      state.nextWriter += 1
      return state.nextWriter
    }
    guard let writer else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let ready: Result<Void, any Error>? = state.withLock { state in
          if let closure = state.closure { return .failure(closure) }
          if state.waitingBytes < mark { return .success(()) }
          if Task.isCancelled { return .failure(GRPCStatus.cancelledByCaller) }
          state.writers[writer] = continuation
          return nil
        }
        if let ready { continuation.resume(with: ready) }
      }
    } onCancel: {
      let continuation = state.withLock { $0.writers.removeValue(forKey: writer) }
      continuation?.resume(throwing: GRPCStatus.cancelledByCaller)
    }
  }

  /// Corrects the count for a message whose size has changed, as compression does.
  func replace(_ bytes: Int, by newBytes: Int) {
    state.withLock { $0.waitingBytes += newBytes - bytes }
  }

  /// Subtracts `bytes` that have been handed to HTTP/2.
  func leave(_ bytes: Int) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
      state.waitingBytes -= bytes
      guard state.waitingBytes < state.mark else { return [] }
      return state.takeWriters()
    }
    for writer in writers { writer.resume() }
  }

  /// Fails all waiting and future writers.
  func close(_ status: GRPCStatus) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
      if state.closure == nil { state.closure = status }
      return state.takeWriters()
    }
    for writer in writers { writer.resume(throwing: status) }
  }
}
