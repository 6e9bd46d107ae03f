import Synchronization

/// A buffer of messages from a connection's event loop to the single task that reads them.
///
/// Drives flow control: bytes buffered here are not returned to the peer's window, so a reader that stops reading stops
/// the sender (RFC 9113 section 5.2).
final class InboundMessages: Sendable {
  private enum End {
    case finished
    case failed(GRPCStatus)
  }

  /// Messages that a reader may take in a row before it lets others run: one that never waits would hold up its event
  /// loop, as long as there are messages.
  private static let messagesInARow = 32

  private struct State {
    var waiting = FIFO<[UInt8]>()
    /// Messages taken since the reader last waited.
    var takenInARow = 0
    var waitingBytes = 0
    var end: End?
    var reader: CheckedContinuation<[UInt8]?, any Error>?

    mutating func takeFirst() -> [UInt8]? {
      guard let message = waiting.popFirst() else { return nil }
      waitingBytes -= message.count
      return message
    }
  }

  private let state = Mutex(State())
  /// Called from any thread when the reader has emptied the buffer.
  private let drained: @Sendable () -> Void

  /// The event loop that the reader runs on, if it does.
  private let eventLoop: EventLoop?

  init(readOn eventLoop: EventLoop? = nil, drained: @escaping @Sendable () -> Void) {
    self.eventLoop = eventLoop
    self.drained = drained
  }

  /// Whether the buffer is empty.
  var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

  /// Whether the reader is suspended until the peer sends.
  var hasWaitingReader: Bool { state.withLock { $0.reader != nil } }

  /// Bytes of the buffered messages.
  var waitingBytes: Int { state.withLock { $0.waitingBytes } }

  func push(_ message: [UInt8]) {
    let reader: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
      if state.end != nil { return nil }
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      state.waiting.append(message)
      state.waitingBytes += message.count
      return nil
    }
    reader?.resume(returning: message)
  }

  /// Ends the stream after the buffered messages.
  func finish() { end(.finished) }

  /// Ends the stream with an error after the buffered messages.
  func finish(after status: GRPCStatus) { end(.failed(status)) }

  /// Ends the stream with an error immediately and drops the buffered messages, as no response will follow.
  func fail(_ status: GRPCStatus) { end(.failed(status), dropsWaiting: true) }

  private func end(_ end: End, dropsWaiting: Bool = false) {
    let reader: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
      if state.end != nil { return nil }
      state.end = end
      if dropsWaiting {
        state.waiting.removeAll()
        state.waitingBytes = 0
      }
      let reader = state.reader
      state.reader = nil
      return reader
    }
    switch end {
    case .finished: reader?.resume(returning: nil)
    case .failed(let status): reader?.resume(throwing: status)
    }
  }

  /// Returns the next message, or `nil` after the last one.
  func next() async throws -> [UInt8]? {
    enum Step {
      case message([UInt8], nowEmpty: Bool)
      case finished
      case failed(GRPCStatus)
      case wait
    }
    await letOthersRun()
    let step: Step = state.withLock { state in
      if let message = state.takeFirst() {
        return .message(message, nowEmpty: state.waiting.isEmpty)
      }
      switch state.end {
      case .finished: return .finished
      case .failed(let status): return .failed(status)
      case nil: return .wait
      }
    }
    switch step {
    case .message(let message, let nowEmpty):
      if nowEmpty { drained() }
      return message
    case .finished: return nil
    case .failed(let status): throw status
    case .wait: return try await waitForMessage()
    }
  }

  /// Returns in a later turn of the event loop if the reader has taken many messages without waiting.
  private func letOthersRun() async {
    guard let eventLoop else { return }
    let isLong = state.withLock { state in
      state.takenInARow += 1
      guard state.takenInARow > Self.messagesInARow else { return false }
      state.takenInARow = 0
      return true
    }
    guard isLong else { return }
    await withUnsafeContinuation { continuation in
      eventLoop.execute { continuation.resume() }
    }
  }

  private func waitForMessage() async throws -> [UInt8]? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let ready: Result<[UInt8]?, any Error>? = state.withLock { state in
          precondition(state.reader == nil, "a message stream has one reader at a time")
          if let message = state.takeFirst() { return .success(message) }
          switch state.end {
          case .finished: return .success(nil)
          case .failed(let status): return .failure(status)
          case nil:
            if Task.isCancelled { return .failure(GRPCStatus.cancelledByCaller) }
            state.reader = continuation
            state.takenInARow = 0
            return nil
          }
        }
        if let ready { continuation.resume(with: ready) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        let reader = state.reader
        state.reader = nil
        return reader
      }
      reader?.resume(throwing: GRPCStatus.cancelledByCaller)
    }
  }
}
