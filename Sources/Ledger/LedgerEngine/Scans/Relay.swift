import Synchronization

/// Carries a scan's elements from the committer's thread to one reader. Holds at most `capacity` elements.
///
/// The scan checks for room before it offers an element. If the relay is full, the reader wakes the scan after taking half
/// of the waiting elements.
package final class Relay<Element: Sendable>: Sendable {
  private struct State {
    var items: [Element] = []
    /// The index of the first item that is not taken yet.
    var head = 0
    var end: Result<Void, ScanError>?
    var reader: CheckedContinuation<Element?, any Error>?
    var scanWaits = false
    var isAbandoned = false

    var count: Int { items.count - head }

    mutating func take() -> Element? {
      guard head < items.count else { return nil }
      let item = items[head]
      head += 1
      // Compact only occasionally, so that taking an element moves at most one other on average.
      if head * 2 >= items.count {
        items.removeFirst(head)
        head = 0
      }
      return item
    }
  }

  private let capacity: Int
  private let state = Mutex(State())
  /// Called by the reader when the scan has work again.
  private let wake: @Sendable () -> Void

  init(capacity: Int, wake: @escaping @Sendable () -> Void) {
    self.capacity = capacity
    self.wake = wake
  }

  // MARK: The scan's side

  var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// Returns whether there is room for an element. If not, the scan is woken once there is.
  func hasRoom() -> Bool {
    state.withLock { state in
      if state.count < capacity { return true }
      state.scanWaits = true
      return false
    }
  }

  /// Appends an element. Only the scan appends, so room that it has seen does not vanish.
  func offer(_ element: Element) {
    let reader = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
      guard state.end == nil, !state.isAbandoned else { return nil }
      if let reader = state.reader.take() { return reader }
      state.items.append(element)
      return nil
    }
    reader?.resume(returning: element)
  }

  /// Ends the sequence after the elements that it holds.
  func end(_ end: Result<Void, ScanError>) {
    let reader = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
      guard state.end == nil else { return nil }
      state.end = end
      return state.reader.take()
    }
    switch end {
    case .success: reader?.resume(returning: nil)
    case .failure(let error): reader?.resume(throwing: error)
    }
  }

  // MARK: The reader's side

  /// Returns the next element, or nil at the end. Supports one reader at a time.
  ///
  /// - Throws: ``ScanError``, or `CancellationError` when the reader's task is cancelled.
  package func next() async throws -> Element? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in receive(continuation) }
    } onCancel: {
      abandon()
    }
  }

  private func receive(_ continuation: CheckedContinuation<Element?, any Error>) {
    var wakes = false
    let answer = state.withLock { state -> Result<Element?, any Error>? in
      precondition(state.reader == nil, "a relay has one reader")
      if state.isAbandoned { return .failure(CancellationError()) }
      if let element = state.take() {
        wakes = state.scanWaits && state.count <= capacity / 2
        if wakes { state.scanWaits = false }
        return .success(element)
      }
      switch state.end {
      case .success?: return .success(nil)
      case .failure(let error)?: return .failure(error)
      case nil:
        state.reader = continuation
        return nil
      }
    }
    if let answer { continuation.resume(with: answer) }
    if wakes { wake() }
  }

  /// Drops the elements and lets the scan end. Called when the reader leaves.
  package func abandon() {
    let reader = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
      state.isAbandoned = true
      state.items = []
      state.head = 0
      return state.reader.take()
    }
    reader?.resume(throwing: CancellationError())
    wake()
  }
}
