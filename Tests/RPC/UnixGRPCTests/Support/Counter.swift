import Synchronization

/// A counter shared by the tasks of a test.
final class Counter: Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .relaxed) }
  func add(_ amount: Int = 1) { number.wrappingAdd(amount, ordering: .relaxed) }
}
