import Testing

@testable import UnixGRPC

@Suite("The rate of connections of users without a rule")
struct StrangerRateTests {
  private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

  @Test("admits a burst of each user, and then as many a second as are permitted")
  func rate() {
    var rate = StrangerRate()
    for user in [7, 8] as [UInt32] {
      let admitted = (0..<1000).count { _ in rate.admits(user, now: time(0)) }
      #expect(admitted == StrangerRate.burst)
    }
    let later = (0..<100).map { Int64($0 * 10) }.count { rate.admits(7, now: time(1000 + $0)) }
    #expect((StrangerRate.perSecond * 2 - 2...StrangerRate.perSecond * 2 + 1).contains(later))
    let isAdmitted = rate.admits(9, now: time(0))
    #expect(isAdmitted)
  }

  @Test("remembers a bounded number of users")
  func bounded() {
    var rate = StrangerRate()
    let users = 5 * UInt32(StrangerRate.maximumUsers)
    let admitted = (0..<users).count { rate.admits($0, now: time(0)) }
    #expect(admitted == Int(users))
  }
}
