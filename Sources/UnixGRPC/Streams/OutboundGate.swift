import Synchronization

/// Back-pressure for one stream's outgoing messages: counts the bytes that wait for the peer's window and
/// suspends writers while there are too many.
final class OutboundGate: Sendable {
  /// A writer waits once this many bytes wait: enough to fill a socket buffer, little enough for a thousand streams.
  static let highWaterMark = 64 * 1024

  private struct State {
    var waitingBytes = 0
    var closure: GRPCStatus?
    var writers: [CheckedContinuation<Void, any Error>] = []
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

  /// Suspends until the bytes that wait are under the mark, or the stream is closed.
  func waitForRoom() async throws {
    let hasRoom = try state.withLock { state in
      if let closure = state.closure { throw closure }
      return state.waitingBytes < Self.highWaterMark
    }
    if hasRoom { return }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let ready: Result<Void, any Error>? = state.withLock { state in
        if let closure = state.closure { return .failure(closure) }
        if state.waitingBytes < Self.highWaterMark { return .success(()) }
        state.writers.append(continuation)
        return nil
      }
      if let ready { continuation.resume(with: ready) }
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
      guard state.waitingBytes < Self.highWaterMark, !state.writers.isEmpty else { return [] }
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.resume() }
  }

  /// Fails the writers that wait and all that come later.
  func close(_ status: GRPCStatus) {
    let writers = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
      if state.closure == nil { state.closure = status }
      defer { state.writers = [] }
      return state.writers
    }
    for writer in writers { writer.resume(throwing: status) }
  }
}
