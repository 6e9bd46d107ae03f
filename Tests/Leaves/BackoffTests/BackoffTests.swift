import Backoff
import Testing

@Suite("A backoff")
struct BackoffTests {
  @Test("grows by its multiplier up to its limit, and restarts when reset")
  func growth() {
    var backoff = Backoff(first: .milliseconds(50), longest: .seconds(1), multiplier: 2, jitter: 0)
    let waits = (0..<7).map { _ in backoff.next() }
    #expect(waits == [50, 100, 200, 400, 800, 1000, 1000].map(Duration.milliseconds))
    backoff.reset()
    #expect(backoff.next() == .milliseconds(50))
    #expect(backoff.next() == .milliseconds(100))
  }

  @Test("never waits longer than its limit, even the first time")
  func limit() {
    var backoff = Backoff(first: .seconds(3), longest: .seconds(2), multiplier: 1.5, jitter: 0)
    #expect((0..<3).map { _ in backoff.next() } == [.seconds(2), .seconds(2), .seconds(2)])
    backoff.reset()
    #expect(backoff.next() == .seconds(2))
  }

  @Test(
    "is shortened or lengthened by its jitter",
    arguments: [(0, 750), (0.5, 1000), (0.75, 1125)] as [(Double, Int64)]
  )
  func jitter(random: Double, milliseconds: Int64) {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(4), multiplier: 2, jitter: 0.25)
    #expect(backoff.next(random: random) == .milliseconds(milliseconds))
    #expect(backoff.next(random: random) == .milliseconds(2 * milliseconds))
  }

  @Test("draws new jitter each time, within its bounds")
  func randomness() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(1), multiplier: 1, jitter: 0.2)
    let waits = (0..<1000).map { _ in backoff.next() }
    #expect(waits.allSatisfy { (.milliseconds(800) ..< .milliseconds(1200)).contains($0) })
    #expect(waits.contains { $0 < .milliseconds(850) } && waits.contains { $0 > .milliseconds(1150) })
  }
}
