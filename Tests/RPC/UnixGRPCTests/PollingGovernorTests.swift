import SeededRandom
import Testing

@testable import UnixGRPC

/// What an event loop sees, in microseconds.
private enum Happening {
  /// A wait that something to do ends after this time.
  case wait(Int64)
  /// A wait through which another thread keeps the processor, if it is given away by polling.
  case contention
  /// A call begins, and its message arrives.
  case call
  /// The oldest open call ends.
  case answer
}

/// A governor, with what its loop did in each wait.
private struct Loop {
  var governor: PollingGovernor
  private var open: [PollingGovernor.OpenCall] = []
  /// Microseconds of polling in each wait.
  private(set) var polled: [Int64] = []
  private(set) var calls = 0

  init(_ polling: BusyPolling = .adaptive, processors: Int = 2) {
    governor = PollingGovernor(polling, processorCount: processors)
  }

  mutating func see(_ happenings: Happening...) {
    for happening in happenings {
      switch happening {
      case .wait(let microseconds):
        let time = microseconds * 1000
        let budget = governor.waitBegan()
        polled.append(min(budget, time) / 1000)
        governor.waitEnded(after: time, budget >= time ? .foundWork : .foundNothing)
      case .contention:
        polled.append(min(governor.waitBegan(), 1) * 3000)
        governor.waitEnded(after: 3_000_000, .metContention)
      case .call:
        open.append(governor.callBegan())
        governor.messageArrived()
        calls += 1
      case .answer: governor.callEnded(open.removeFirst())
      }
    }
  }

  /// Sees the same again and again. Returns the microseconds of polling for each call, once it has got used to it.
  mutating func settled(_ happenings: Happening...) -> Double { settled(happenings) }

  mutating func settled(_ happenings: [Happening]) -> Double {
    for _ in 0..<1000 { for happening in happenings { see(happening) } }
    let before = (polled.count, calls)
    for _ in 0..<1000 { for happening in happenings { see(happening) } }
    return Double(polled[before.0...].reduce(0, +)) / Double(calls - before.1)
  }
}

@Suite("A polling governor")
struct PollingGovernorTests {
  @Test("polls through each wait of a caller that calls again at once, for the call and for the answer")
  func lonelyCaller() {
    var echo = Loop()
    #expect(echo.settled(.wait(20), .call, .answer) == 20)
    var charge = Loop()
    #expect(charge.settled(.wait(20), .call, .wait(250), .answer) == 270)
  }

  @Test("polls through the waits between batches of calls that are long together and short for each call")
  func batches() {
    var loop = Loop()
    let call: [Happening] = [.wait(5), .call, .answer]
    #expect(loop.settled([.wait(250), .call, .answer] + call + call + call) == 265.0 / 4)
  }

  @Test(
    "sleeps between calls that are far apart, whatever their answers take",
    arguments: [180, 300, 950, 9950] as [Int64],
    [0, 20, 80] as [Int64]
  )
  func pacedCalls(gap: Int64, answer: Int64) {
    var loop = Loop()
    #expect(loop.settled(.wait(gap), .call, .wait(answer), .answer) < 2)
  }

  @Test("sleeps between calls that are far apart, with a watch or a slow call open", arguments: [300, 950] as [Int64])
  func openForLong(gap: Int64) {
    var loop = Loop()
    loop.see(.call)
    var last: PollingGovernor.OpenCall?
    var before = 0
    for round in 0..<2000 {
      loop.see(.wait(gap))
      last = loop.governor.callBegan()
      loop.governor.messageArrived()
      loop.see(.wait(20))
      if let last { loop.governor.callEnded(last) }
      if round == 999 { before = loop.polled.count }
    }
    #expect(loop.polled[before...].reduce(0, +) < 2 * 1000)
    #expect(last != nil)
  }

  @Test("tries again after 1, 2, 4 and up to 64 waits, for no longer than one call pays for")
  func attempts() {
    var loop = Loop()
    for _ in 0..<400 { loop.see(.call, .answer, .wait(950)) }
    var pauses: [Int] = []
    var pause = 0
    for microseconds in loop.polled {
      if microseconds == 0 {
        pause += 1
      } else {
        #expect(microseconds <= 200)
        pauses.append(pause)
        pause = 0
      }
    }
    #expect(pauses == [0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64])
  }

  @Test("polls again from the first attempt that finds calls close together")
  func speedsUp() {
    var loop = Loop()
    _ = loop.settled(.wait(950), .call, .wait(20), .answer)
    // Both sides still sleep, so that the waits are longer than they will be.
    for _ in 0..<65 { loop.see(.wait(80), .call, .wait(60), .answer) }
    #expect(loop.settled(.wait(20), .call, .wait(20), .answer) == 40)
  }

  @Test("does not poll for answers that take longer than a sync")
  func slowAnswers() {
    var loop = Loop()
    #expect(loop.settled(.wait(20), .call, .wait(5000), .answer) < 40)
  }

  @Test("polls while calls overlap, though there is no wait between them")
  func overlapping() {
    var loop = Loop()
    _ = loop.settled(.wait(950), .call, .answer)
    loop.see(.call)
    #expect(loop.settled(.call, .wait(50), .answer) == 50)
  }

  @Test("polls for the answers to a task on the loop itself, for whose calls it never waits")
  func ownTask() {
    var loop = Loop()
    loop.see(.wait(5_000_000), .wait(1000), .wait(1000))
    #expect(loop.settled(.call, .wait(40), .answer) == 40)
  }

  @Test("sleeps between calls that come together now and then", arguments: [300, 950] as [Int64])
  func pairs(gap: Int64) {
    var loop = Loop()
    #expect(loop.settled(.wait(gap), .call, .call, .wait(20), .answer, .answer) < 2)
  }

  @Test("does not give the processor away for long, when others want all of it, more than once in a thousand waits")
  func contention() {
    var loop = Loop()
    _ = loop.settled(.wait(20), .call, .wait(40), .answer)
    let before = loop.polled.count
    for _ in 0..<5000 { loop.see(.contention, .call, .contention, .answer) }
    let meetings = loop.polled[before...].count { $0 > 0 }
    #expect((10...16).contains(meetings))
    #expect(loop.settled(.wait(20), .call, .wait(40), .answer) == 60)
  }

  @Test("never polls for longer than calls have paid for, however they come", arguments: 1...20)
  func bounded(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var loop = Loop()
    for _ in 0..<20_000 {
      loop.see(.wait(Int64(pow2: Int.random(in: 0..<12, using: &random))))
      guard Bool.random(using: &random) else { continue }
      loop.see(.call)
      if Bool.random(using: &random) { loop.see(.wait(Int64(pow2: Int.random(in: 0..<10, using: &random)))) }
      loop.see(.answer)
    }
    let perCall = (PollingGovernor.nextCallCredit + PollingGovernor.answerCredit) / 1000
    // The attempts after a pause are on credit.
    #expect(loop.polled.reduce(0, +) <= Int64(loop.calls) * perCall + Int64(loop.polled.count) * 100)
    #expect(loop.polled.allSatisfy { $0 <= PollingGovernor.longestPoll / 1000 })
  }

  @Test("sleeps at once when it is off, or with one processor, where nobody else makes progress")
  func off() {
    for var loop in [Loop(.off), Loop(processors: 1)] {
      #expect(loop.settled(.wait(20), .call, .wait(20), .answer) == 0)
    }
  }
}

extension Int64 {
  fileprivate init(pow2 exponent: Int) { self = 1 << exponent }
}
