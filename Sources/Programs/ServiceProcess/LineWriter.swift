import Glibc
import Synchronization
import Threads

/// Writes lines from all threads on a thread of its own, so that no caller waits for a write.
///
/// A pipe that nobody reads, a stopped terminal or a slow disk blocks that thread only. When the queue is full, lines are
/// dropped and counted.
final class LineWriter: Sendable {
  private struct State {
    var queue = LineQueue()
    /// Whether the thread has been woken, and has not yet found the queue empty.
    var isWriting = false
  }

  private let state = Mutex(State())
  private let arrival = Semaphore()
  /// How often `flush` checks whether everything is written.
  private static let flushInterval = Duration.milliseconds(2)

  /// - Parameter output: Makes the output. Called on the writer's thread.
  init(_ output: @escaping @Sendable () -> LineOutput) {
    SystemThread(name: "log") { [self] in
      var output = output()
      while true {
        arrival.wait()
        while let chunk = next() { output.put(chunk) }
      }
    }
  }

  /// Queues a line, which includes its line feed. Never blocks.
  func write(_ line: [UInt8], isUrgent: Bool) {
    let wakes = state.withLock { state in
      state.queue.append(line, isUrgent: isUrgent)
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if wakes { arrival.signal() }
  }

  private func next() -> LineQueue.Chunk? {
    state.withLock { state in
      let chunk = state.queue.takeChunk()
      state.isWriting = !chunk.isEmpty
      return chunk.isEmpty ? nil : chunk
    }
  }

  /// Waits until everything is written, but at most for `patience`: a pipe that nobody reads must not keep the process from
  /// exiting.
  func flush(patience: Duration) {
    let end = ContinuousClock.now + patience
    while state.withLock({ $0.isWriting }), ContinuousClock.now < end {
      usleep(UInt32(Self.flushInterval / .microseconds(1)))
    }
  }
}
