import Ledger
import StoreContract

/// A record that the model can settle: what the ledger's rules come to for one record alone.
protocol ModelSubject: Settleable {
  /// Whether the ledger takes the preparation, or has it already.
  mutating func take(_ preparation: Preparation) -> Bool
  /// Whether the ledger takes the outcome, or has it already.
  mutating func take(_ outcome: Outcome) -> Bool
  var updateTime: LedgerTime { get set }
}

extension Recharge: ModelSubject {
  mutating func take(_ attachment: CardAttachment) -> Bool {
    guard !paymentMethodIsAttached else { return true }
    guard state == .processing else { return false }
    paymentMethodIsAttached = true
    paymentMethod.token = attachment.token
    return true
  }

  mutating func take(_ settlement: Settlement) -> Bool {
    guard state != settlement.state else { return true }
    guard state.canBecome(settlement.state) else { return false }
    state = settlement.state
    return true
  }
}

extension RechargeRefund: ModelSubject {
  mutating func take(_ preparation: Never) -> Bool {}

  mutating func take(_ settlement: RefundSettlement) -> Bool {
    guard state != settlement.state else { return true }
    guard state.canBecome(settlement.state) else { return false }
    state = settlement.state
    return true
  }
}

/// One record, a processor, a clock that is not to be trusted, and a host that crashes. Drives machines through them, one
/// after the other, until one has finished, and throws at what must never happen.
struct SettlementWorld<Subject: ModelSubject> {
  typealias Machine = SettlementMachine<Subject>

  struct Violation: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
  }

  /// What a run has seen, to tell whether the model shows anything.
  struct Sights {
    var crashes = 0
    var sends = 0
    var cancellations = 0
    var news = 0
    /// Outcomes that somebody else committed while a machine was at work.
    var overtaken = 0
  }

  private(set) var record: Subject
  private(set) var sights = Sights()
  private(set) var log: [(time: Int64, event: Machine.Event, actions: [Machine.Action])] = []

  private var dice: Dice
  private var processor: ModelProcessor
  /// Seconds since the record was created, in truth.
  private var time: Int64 = 0
  /// How far the host's clock is ahead of the truth.
  private var clockError: Int64 = 0
  private var clockWasAhead = false
  /// What goes wrong with the host, in percent of the actions. Zero once the world has calmed down.
  private var hostTrouble: Int
  private let isCalm: Bool

  private var sentKeys: Set<String> = []
  /// Whether the call before was a look-up that found nothing: only then may anything be sent again.
  private var hasLookedInVain = false

  private static var hour: Int64 { 3600 }
  private static var calmingTime: Int64 { 72 * hour }

  init(_ record: Subject, seed: UInt64) {
    dice = Dice(state: seed)
    self.record = record
    let refusals: [ProcessorFailure?] = [nil, nil, nil, nil, .rejected("refused"), .unknownToken]
    processor = ModelProcessor(
      fate: ModelProcessor.Fate.allCases[Int.random(in: 0..<5, using: &dice)],
      refuses: refusals[Int.random(in: 0..<6, using: &dice)],
      trouble: [0, 5, 30, 80][Int.random(in: 0..<4, using: &dice)]
    )
    hostTrouble = [0, 2, 10][Int.random(in: 0..<3, using: &dice)]
    isCalm = processor.trouble == 0 && hostTrouble == 0
  }

  private var moment: Moment {
    Moment(time: record.createTime.adding(seconds: time + clockError), uptime: .seconds(time))
  }

  private mutating func pass(_ seconds: Int64) {
    time += seconds
    processor.advance(to: time)
  }

  private mutating func happens() -> Bool { Int.random(in: 0..<100, using: &dice) < hostTrouble }

  /// Runs until a machine has finished. After three days of trouble all is well: then it has to end within two more.
  mutating func run() throws(Violation) {
    var machine = Machine(isNew: true)
    var event: Machine.Event? = .begun
    while var next = event {
      if time > Self.calmingTime { (hostTrouble, processor.trouble) = (0, 0) }
      guard time < Self.calmingTime + 48 * Self.hour, log.count < 50_000 else { throw Violation("it does not end") }
      if next != .begun, happens() { upsetClock() }
      if happens() {
        reconcile()
        if next == .pauseEnded {
          next = .news
        } else if machine.handle(.news, at: moment) != [] {
          throw Violation("it does two things at once")
        }
      }
      let actions = machine.handle(next, at: moment)
      log.append((time, next, actions))
      guard !actions.isEmpty else { throw Violation("it is stuck") }
      event = try perform(actions)
      if event != nil, happens() { (machine, event) = (crash(), .begun) }
    }
    try checkNothingFollows(machine)
    try checkOutcome()
  }

  // MARK: Trouble

  /// A machine of the next process. What the one before has asked may be done.
  private mutating func crash() -> Machine {
    sights.crashes += 1
    pass(Int64.random(in: 1...4000, using: &dice))
    // What a machine is told first is ledger time, which goes on from where it was.
    clockError = max(clockError, 0)
    hasLookedInVain = false
    return Machine(isNew: false)
  }

  private mutating func upsetClock() {
    clockError = Int64.random(in: -200_000...20_000, using: &dice)
    if clockError > 0 { clockWasAhead = true }
  }

  /// Somebody else looks whether the record can be settled.
  private mutating func reconcile() {
    sights.news += 1
    var machine = ReconciliationMachine<Subject>(.inquiry)
    var event: ReconciliationMachine<Subject>.Event? = .begun
    while let next = event {
      event = nil
      for action in machine.handle(next) {
        switch action {
        case .read: event = .record(record, hasEntry: record.hasSucceeded)
        case .call(let call): event = .response(processor.response(to: call, at: time, &dice))
        case .commit(let outcome):
          sights.overtaken += 1
          event = commit { $0.take(outcome) } ? .record(record, hasEntry: false) : .refused(reason: "settled")
        case .report, .finished: break
        }
      }
    }
  }

  // MARK: Actions

  private mutating func commit(_ change: (inout Subject) -> Bool) -> Bool {
    guard change(&record) else { return false }
    record.updateTime = max(record.updateTime, moment.time)
    return true
  }

  /// Carries out what a machine asks for. Returns the event that follows; nil where nothing is left to do.
  private mutating func perform(_ actions: [Machine.Action]) throws(Violation) -> Machine.Event? {
    for action in actions.dropLast() {
      guard case .report = action else { throw Violation("it does two things at once") }
    }
    switch actions.last {
    case .read: return .record(record)
    case .call(let call):
      try check(call)
      pass(Int64.random(in: 0...40, using: &dice))
      let response = processor.response(to: call, at: time, &dice)
      hasLookedInVain = call.isLookup && response == .notFound
      return .response(response)
    case .commitPreparation(let preparation):
      return commit { $0.take(preparation) } ? .record(record) : .refused(reason: "ended")
    case .commit(let outcome): return commit { $0.take(outcome) } ? .record(record) : .refused(reason: "settled")
    case .wait(let duration):
      guard duration > .zero, duration <= .seconds(60) else { throw Violation("it waits for \(duration)") }
      pass(max(1, duration.components.seconds))
      return .pauseEnded
    case .finished: return nil
    case .report, nil: throw Violation("it is stuck")
    }
  }

  private mutating func check(_ call: ProcessorCall) throws(Violation) {
    if call.isCancellation {
      sights.cancellations += 1
      guard time >= Self.hour || clockWasAhead else { throw Violation("the cardholder's hour is cut short") }
    }
    guard let key = call.movingKey else { return }
    guard time < 23 * Self.hour else { throw Violation("sent when its key is \(time) s old") }
    guard sights.sends == 0 || hasLookedInVain else { throw Violation("sent again without a look") }
    if case .createCharge(_, _, _, _, let token) = call, token != SettlementSubjects.attachment.token {
      throw Violation("charges a card that is not attached")
    }
    sentKeys.insert(key)
    guard sentKeys.count == 1 else { throw Violation("sent under two keys: \(sentKeys)") }
    sights.sends += 1
  }

  // MARK: The end

  private func checkNothingFollows(_ machine: Machine) throws(Violation) {
    let events: [Machine.Event] = [
      .begun, .record(record), .record(nil), .refused(reason: "x"), .response(.notFound), .pauseEnded, .news,
    ]
    for event in events {
      var machine = machine
      guard machine.handle(event, at: moment) == [] else { throw Violation("something follows the end: \(event)") }
    }
  }

  private mutating func checkOutcome() throws(Violation) {
    guard case .closed = record.stage else { throw Violation("finished, though it is \(record.stage)") }
    let endTime = time
    // What is on its way arrives, and what the processor works on ends.
    pass(48 * Self.hour)
    guard processor.items.values.joined().count <= 1 else { throw Violation("charged twice") }
    if record.needsReview {
      guard endTime >= 23 * Self.hour || clockWasAhead else { throw Violation("a person is asked too early") }
    } else if record.hasSucceeded != processor.hasMoved {
      throw Violation("money has moved: \(processor.hasMoved), but the record is \(record)")
    }
    if isCalm, endTime > 26 * Self.hour { throw Violation("it takes \(endTime) s without any trouble") }
  }
}
