/// Decides before each wait of an event loop whether to poll first, and for how long.
///
/// A loop waits for two different things: for the next call, or, with calls open, for their answers. Each kind of wait has
/// its own history, because one is often short where the other is long. A reader that is paced at 1000 calls a second
/// leaves a server idle for a millisecond between calls, and for 20 µs within each while the ledger answers: in one common
/// history the short waits keep the long ones polling.
///
/// A history pays for polling out of credit that calls earn, so that polling never costs more for each call than its
/// constant here. Without credit it pauses, and tries again after 1, 2, 4, … 64 waits.
struct PollingGovernor {
  /// What a loop waits for.
  enum Wait: Hashable {
    case nextCall
    /// Answers to calls that are open and were expected soon when this wait began.
    case answers
  }

  /// A call that has begun and not ended.
  struct OpenCall: Hashable {
    fileprivate let generation: UInt32
  }

  /// The nanoseconds that one call pays for polling until the next one: less than sleeping costs a server that always
  /// sleeps (grpc-go spends 0.15 ms on a call), and more than two wake-ups, so that polling can begin while both sides sleep.
  static let nextCallCredit: Int64 = 100_000
  /// The nanoseconds that one call pays for polling until its answer: longer than the sync of a commit, because a lone caller
  /// waits for each.
  static let answerCredit: Int64 = 300_000
  /// The longest poll, in nanoseconds: enough for a peer to process a batch of calls. With 8 calls in flight, a third of it
  /// doubled the wake-ups and halved the rate.
  static let longestPoll: Int64 = 300_000
  /// A wait of this many nanoseconds shows that the calls then open will not be answered soon. A call that waits for a bank
  /// or a stream that stays open would otherwise make every wait look like one for an answer.
  static let longestPromptAnswer: Int64 = 100_000
  /// The most waits without polling between two attempts: an attempt in vain then costs each wait less than 2 µs.
  static let longestPause = 64
  /// The nanoseconds within which a poll continues after it has let others run: longer than threads of one conversation take
  /// for a turn. Whoever keeps the processor for longer has work for all of it, and each turn that is left to such a thread
  /// delays calls by milliseconds, which a sleeping thread does not suffer because waking gives it precedence.
  static let longestTurnOfOthers: Int64 = 2_500_000
  /// The waits of any kind without polling after that, the first time and at most: an attempt costs each wait of the longest
  /// rest a few microseconds. The rest doubles while others keep the processor, and halves with each poll that finds work,
  /// because on a virtual machine others seem to have it now and then.
  static let restsAfterContention = 32...1024

  /// How a poll ended.
  enum Poll: Hashable {
    case foundWork
    case foundNothing
    /// Others wanted the processor.
    case metContention
  }

  /// One kind of wait.
  private struct History {
    private let creditPerCall: Int64
    /// Nanoseconds of polling that calls have paid for.
    private var credit: Int64
    /// Waits without polling between two attempts; 0 while polling is worthwhile.
    private var pause = 0
    private var skipped = 0

    init(creditPerCall: Int64) {
      self.creditPerCall = creditPerCall
      credit = creditPerCall
    }

    var isPolling: Bool { pause == 0 }

    mutating func earn() { credit = min(credit + creditPerCall, PollingGovernor.longestPoll) }

    mutating func becomeWorthwhile() { pause = 0 }

    /// The nanoseconds to poll in this wait.
    mutating func budget() -> Int64 {
      if pause == 0 { return max(credit, 0) }
      guard skipped >= pause else {
        skipped += 1
        return 0
      }
      skipped = 0
      // What was earned during the pause is not spent: at a steady rate the attempts would cost as much as polling always.
      credit = creditPerCall
      return credit
    }

    mutating func polled(_ nanoseconds: Int64, isSuccess: Bool) {
      credit -= nanoseconds
      pause = isSuccess ? 0 : min(max(1, pause * 2), PollingGovernor.longestPause)
    }
  }

  private let isEnabled: Bool
  private var nextCall = History(creditPerCall: nextCallCredit)
  private var answers = History(creditPerCall: answerCredit)
  /// Calls open whose answers are expected soon.
  private var promptCalls = 0
  /// Distinguishes those calls from older ones.
  private var generation: UInt32 = 0
  /// Calls begun since the last wait for one: while others were open, or by a task on the loop itself.
  private var unawaitedCalls = 0
  /// Waits left of the rest after others wanted the processor.
  private var restingWaits = 0
  private var nextRest = restsAfterContention.lowerBound
  private var current: (wait: Wait, budget: Int64) = (.nextCall, 0)

  /// - Parameter processorCount: With one processor nobody else makes progress while this thread polls.
  init(_ polling: BusyPolling, processorCount: Int) { isEnabled = polling == .adaptive && processorCount > 1 }

  // MARK: Calls

  /// Records that a call has begun. Pass the result to ``callEnded(_:)``.
  mutating func callBegan() -> OpenCall {
    unawaitedCalls += 1
    // As many as make the waits of a pause: a few calls that come together now and then are no reason to poll.
    if unawaitedCalls > Self.longestPause { nextCall.becomeWorthwhile() }
    promptCalls += 1
    return OpenCall(generation: generation)
  }

  mutating func callEnded(_ call: OpenCall) {
    if call.generation == generation { promptCalls -= 1 }
  }

  /// Records that a message of a peer has arrived, which pays for polling.
  mutating func messageArrived() {
    nextCall.earn()
    answers.earn()
  }

  // MARK: Waits

  /// What a wait that begins now is for.
  var expectedWait: Wait { promptCalls > 0 ? .answers : .nextCall }

  /// Begins a wait. Returns the nanoseconds to poll before sleeping; 0 means to sleep at once.
  mutating func waitBegan() -> Int64 {
    guard isEnabled else { return 0 }
    let wait = expectedWait
    let budget: Int64
    switch wait {
    case _ where restingWaits > 0:
      restingWaits -= 1
      budget = 0
    case .nextCall: budget = nextCall.budget()
    // A loop whose calls are far apart saves nothing by polling inside them.
    case .answers: budget = nextCall.isPolling ? answers.budget() : 0
    }
    if wait == .nextCall { unawaitedCalls = 0 }
    current = (wait, budget)
    return budget
  }

  /// Ends the wait after `nanoseconds`.
  ///
  /// - Parameter poll: How polling ended; any value if there was none.
  mutating func waitEnded(after nanoseconds: Int64, _ poll: Poll) {
    guard isEnabled else { return }
    if current.budget > 0 {
      let polled = min(nanoseconds, current.budget)
      switch current.wait {
      case .nextCall: nextCall.polled(polled, isSuccess: poll == .foundWork)
      case .answers: answers.polled(polled, isSuccess: poll == .foundWork)
      }
      switch poll {
      case .metContention:
        restingWaits = nextRest
        nextRest = min(nextRest * 2, Self.restsAfterContention.upperBound)
      case .foundWork: nextRest = max(nextRest / 2, Self.restsAfterContention.lowerBound)
      case .foundNothing: break
      }
    }
    guard nanoseconds > Self.longestPromptAnswer, promptCalls > 0 else { return }
    generation &+= 1
    promptCalls = 0
  }
}
