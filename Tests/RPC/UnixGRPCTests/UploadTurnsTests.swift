import Testing

@testable import UnixGRPC

@Suite("The turns of uploads whose user's memory is used up")
struct UploadTurnsTests {
  private typealias Turns = UploadTurns<Int>

  private func time(_ duration: Duration) -> MonotonicTime { MonotonicTime(nanoseconds: 0) + duration }

  @Test("are taken one at a time, the last that came first, until a message is complete")
  func order() {
    var turns = Turns()
    for upload in 1...3 { turns.wait(upload) }
    #expect(turns.next(now: time(.zero)) == .run(3))
    #expect(turns.next(now: time(.zero)) == .wait(Turns.patience))
    turns.finish(3)
    #expect(turns.next(now: time(.zero)) == .run(2))
    turns.finish(2)
    #expect(turns.next(now: time(.zero)) == .run(1))
    turns.finish(1)
    #expect(turns.next(now: time(.zero)) == .none)
    #expect(turns.isIdle)
  }

  @Test("last while bytes arrive, and pass on when none do")
  func silence() {
    var turns = Turns()
    turns.wait(1)
    turns.wait(2)
    #expect(turns.next(now: time(.zero)) == .run(2))
    turns.arrived(2, now: time(.milliseconds(90)))
    turns.arrived(1, now: time(.milliseconds(150)))
    #expect(turns.next(now: time(.milliseconds(180))) == .wait(.milliseconds(10)))
    #expect(turns.next(now: time(.milliseconds(190))) == .run(1))
  }

  @Test("end none of those that were passed over while they are few, and the first of many only after a while")
  func passed() {
    var turns = Turns()
    var now = Duration.zero
    for upload in 0...Turns.maximumPassed { turns.wait(upload) }
    for upload in (1...Turns.maximumPassed).reversed() {
      #expect(turns.next(now: time(now)) == .run(upload))
      now += Turns.patience
    }
    let passedFirst = Turns.patience
    #expect(turns.next(now: time(now)) == .wait(passedFirst + Turns.grace - now))
    now = passedFirst + Turns.grace
    #expect(turns.next(now: time(now)) == .end(Turns.maximumPassed))
    #expect(turns.next(now: time(now)) == .run(0))
  }

  @Test("come again for one that was passed over and sends again")
  func again() {
    var turns = Turns()
    var now = Duration.zero
    for upload in 0...Turns.maximumPassed { turns.wait(upload) }
    for _ in 0..<Turns.maximumPassed {
      _ = turns.next(now: time(now))
      now += Turns.patience
    }
    // Nobody needs to be ended for it.
    turns.wait(3)
    #expect(turns.next(now: time(now)) == .run(3))
    turns.finish(3)
    #expect(turns.next(now: time(now)) == .run(0))
  }

  @Test("are over when memory is free: windows are opened, the last first")
  func release() {
    var turns = Turns()
    for upload in 1...5 { turns.wait(upload) }
    _ = turns.next(now: time(.zero))
    turns.finish(3)
    #expect(turns.release(2) == [4, 2])
    #expect(turns.isAnyWaiting && turns.running == nil)
    turns.wait(4)
    #expect(turns.release(10) == [4, 1])
    #expect(turns.isIdle)
  }

  @Test("keep no more entries than there are uploads, however often they come and go")
  func manyTimes() {
    var turns = Turns()
    turns.wait(-1)
    for upload in 0..<10_000 {
      turns.wait(upload)
      turns.finish(upload)
    }
    #expect(turns.release(.max) == [-1])
  }
}

@Suite("A user's memory")
struct UserBudgetTests {
  @Test("is used up when requests and responses together reach the limit, and is not when they are taken")
  func exhaustion() {
    var budget = UserBudget(limit: 100)
    budget.addRequest(60)
    budget.addResponse(39)
    #expect(!budget.isExhausted && budget.openableWindows(of: 10) == 1)
    budget.addResponse(1)
    #expect(budget.isExhausted && budget.openableWindows(of: 10) == 0)
    budget.addRequest(-60)
    #expect(!budget.isExhausted && budget.openableWindows(of: 10) == 6)
  }

  @Test("has room for wide windows in a quarter of it")
  func wideWindows() {
    var budget = UserBudget(limit: 100)
    let taken = [10, 15, 1].map { budget.takeWideWindow(of: $0) }
    #expect(taken == [true, true, false])
    budget.returnWideWindow(of: 10)
    let isTaken = budget.takeWideWindow(of: 1)
    #expect(isTaken)
    #expect(!budget.isExhausted && budget.byteCount == 0)
  }

  @Test("makes new calls wait for unread responses only: requests that are complete take less when they are handled")
  func calls() {
    var budget = UserBudget(limit: 100)
    budget.addRequest(1000)
    #expect(!budget.holdsCalls)
    budget.addResponse(50)
    #expect(budget.holdsCalls)
    budget.addResponse(-1)
    #expect(!budget.holdsCalls)
  }
}
