import Synchronization

/// Carries what a scan finds from the committer's thread to one reader, and holds at most `capacity` elements.
///
/// The scan checks for room before it offers an element. If there is none, the reader wakes the scan once it has taken
/// half of what waits.
package final class Relay<Element: Sendable>: Sendable {
  private struct State {
    var items: [Element] = []
    /// The first of `items` that is not taken yet.
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
      // Only now and then, so that no element is moved more than once for each that is taken.
      if head * 2 >= items.count {
        items.removeFirst(head)
        head = 0
      }
      return item
    }
  }

  private let capacity: Int
  private let state = Mutex(State())
  /// Runs on the reader's side when the scan has something to do again.
  private let wake: @Sendable () -> Void

  init(capacity: Int, wake: @escaping @Sendable () -> Void) {
    self.capacity = capacity
    self.wake = wake
  }

  // MARK: The scan's side

  var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

  /// If there is none, the scan is woken once there is.
  func hasRoom() -> Bool {
    state.withLock { state in
      if state.count < capacity { return true }
      state.scanWaits = true
      return false
    }
  }

  /// Adds an element behind the others. Only the scan adds, so the room that it has seen is there.
  func offer(_ element: Element) {
    let reader = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
      guard state.end == nil, !state.isAbandoned else { return nil }
      if let reader = state.reader.take() { return reader }
      state.items.append(element)
      return nil
    }
    reader?.resume(returning: element)
  }

  /// Ends the sequence after the elements in it.
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

  /// The next element, nil at the end. One reader at a time.
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

  /// Drops the elements, and lets the scan end: the reader has left.
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
