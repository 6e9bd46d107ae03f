import Synchronization

/// Back-pressure for one stream's outgoing messages: counts the bytes that wait for the peer's window and
/// suspends writers while there are too many.
final class OutboundGate: Sendable {
  /// A writer waits once this many bytes wait: enough to fill a socket buffer, little enough for a thousand streams.
  static let highWaterMark = 64 * 1024

  private struct State {
    var waitingBytes = 0
    var closure: GRPCStatus?
    var writers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var nextWriter: UInt64 = 0

    mutating func takeWriters() -> [CheckedContinuation<Void, any Error>] {
      guard !writers.isEmpty else { return [] }
      defer { writers = [:] }
      return Array(writers.values)
    }
  }
  private let state = Mutex(State())

  /// Counts `bytes` in. Throws the status that closed the stream, if one did.
  func enter(_ bytes: Int) throws(GRPCStatus) {
    let closure = state.withLock { state in
      if state.closure == nil { state.waitingBytes += bytes }
      return state.closure
    }
    if let closure { throw closure }
  }

  /// Suspends until the bytes that wait are under the mark, the stream is closed, or the task is cancelled.
  func waitForRoom() async throws {
    let writer: UInt64? = try state.withLock { state in
      if let closure = state.closure { throw closure }
      if state.waitingBytes < Self.highWaterMark { return nil }
      state.nextWriter += 1
      return state.nextWriter
    }
    guard let writer else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let ready: Result<Void, any Error>? = state.withLock { state in
          if let closure = state.closure { return .failure(closure) }
          if state.waitingBytes < Self.highWaterMark { return .success(()) }
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

  /// Counts a message anew whose size has changed on the way.
  func replace(_ bytes: Int, by newBytes: Int) {
    state.withLock { $0.waitingBytes += newBytes - bytes }
  }

  /// Counts `bytes` out: they have been handed to HTTP/2.
  func leave(_ bytes: Int) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
      state.waitingBytes -= bytes
      guard state.waitingBytes < Self.highWaterMark else { return [] }
      return state.takeWriters()
    }
    for writer in writers { writer.resume() }
  }

  /// Fails the writers that wait and all that come later.
  func close(_ status: GRPCStatus) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
      if state.closure == nil { state.closure = status }
      return state.takeWriters()
    }
    for writer in writers { writer.resume(throwing: status) }
  }
}
