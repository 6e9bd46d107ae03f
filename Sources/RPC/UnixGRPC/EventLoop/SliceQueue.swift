/// Work that would take an event loop too long at once, done in slices: one per turn, in the order in which they came.
///
/// Whoever needs another slice queues up again, behind the others. What is not in the queue waits for one slice at most, so
/// it stays fast however much work is queued.
///
/// `@unchecked Sendable`: confined to the loop that owns it, which debug builds assert.
final class SliceQueue: @unchecked Sendable {
  private var waiting = FIFO<() -> Void>()
  private var isScheduled = false

  /// Adds a slice, to be run in a later turn of `eventLoop`, which owns this queue.
  func append(on eventLoop: EventLoop, _ slice: @escaping () -> Void) {
    eventLoop.assertOnLoop()
    waiting.append(slice)
    schedule(on: eventLoop)
  }

  private func schedule(on eventLoop: EventLoop) {
    guard !isScheduled, !waiting.isEmpty else { return }
    isScheduled = true
    eventLoop.execute { [self] in
      isScheduled = false
      waiting.popFirst()?()
      schedule(on: eventLoop)
    }
  }
}
