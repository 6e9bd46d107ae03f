/// An object with a deadline that stores its position in a ``DeadlineQueue``.
protocol DeadlineHolder: AnyObject, SendableMetatype {
  var deadline: MonotonicTime? { get }
  /// The position in the queue; owned by the queue.
  var deadlinePosition: Int? { get set }
}

/// A priority queue by deadline: a binary heap that tracks each member's position, so that members can be removed early
/// and one timer serves them all.
struct DeadlineQueue<Holder: DeadlineHolder> {
  private var heap: [(deadline: MonotonicTime, holder: Holder)] = []

  /// The earliest deadline.
  var earliest: MonotonicTime? { heap.first?.deadline }

  mutating func insert(_ holder: Holder) {
    guard let deadline = holder.deadline else { return }
    heap.append((deadline, holder))
    holder.deadlinePosition = heap.count - 1
    siftUp(heap.count - 1)
  }

  mutating func remove(_ holder: Holder) {
    guard let position = holder.deadlinePosition else { return }
    holder.deadlinePosition = nil
    let last = heap.removeLast()
    guard position < heap.count else { return }
    heap[position] = last
    last.holder.deadlinePosition = position
    siftUp(position)
    siftDown(last.holder.deadlinePosition!)
  }

  /// Removes and returns a holder whose deadline is `now` or earlier; nil if there is none.
  mutating func popExpired(now: MonotonicTime) -> Holder? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    remove(first.holder)
    return first.holder
  }

  private mutating func siftUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].deadline < heap[parent].deadline else { return }
      swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in 2 * parent + 1..<2 * parent + 3 where child < heap.count {
        if heap[child].deadline < heap[least].deadline { least = child }
      }
      guard least != parent else { return }
      swapAt(parent, least)
      parent = least
    }
  }

  private mutating func swapAt(_ a: Int, _ b: Int) {
    heap.swapAt(a, b)
    heap[a].holder.deadlinePosition = a
    heap[b].holder.deadlinePosition = b
  }
}
