import Ledger
import SeededRandom
import StoreContract

/// A record that the simulation can settle, with the ledger's rules for a single record.
protocol ModelSubject: Settleable {
  /// Whether the ledger accepts the preparation, or has it already.
  mutating func take(_ preparation: Preparation) -> Bool
  /// Whether the ledger accepts the outcome, or has it already.
  mutating func take(_ outcome: Outcome) -> Bool
  var updateTime: LedgerTime { get set }
  /// The call that moves the money.
  static var movingCall: ProcessorCall { get }
  /// The outcome that a person commits who gives the record up.
  static var givenUp: Outcome { get }
  /// The explanation if the outcome is that the record needs review.
  static func reviewReason(of outcome: Outcome) -> String?
  func objectionToGivingUp(_ response: ProcessorResponse) -> ReviewObjection?
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

  static var movingCall: ProcessorCall { .createTheCharge }
  static func reviewReason(of settlement: Settlement) -> String? {
    if case .needsReview(let explanation) = settlement { explanation } else { nil }
  }
  static var givenUp: Settlement { .failed(processorChargeID: nil, explanation: "by hand") }
  func objectionToGivingUp(_ response: ProcessorResponse) -> ReviewObjection? { objectionToNoPayment(response) }
}

extension RechargeRefund: ModelSubject {
  mutating func take(_ preparation: Never) -> Bool {}

  mutating func take(_ settlement: RefundSettlement) -> Bool {
    guard state != settlement.state else { return true }
    guard state.canBecome(settlement.state, hasEntry: state == .refunded) else { return false }
    state = settlement.state
    return true
  }

  static var movingCall: ProcessorCall { .createTheRefund }
  static func reviewReason(of settlement: RefundSettlement) -> String? {
    if case .needsReview(let explanation) = settlement { explanation } else { nil }
  }
  static var givenUp: RefundSettlement { .failed(processorRefundID: nil, explanation: "by hand") }
  func objectionToGivingUp(_ response: ProcessorResponse) -> ReviewObjection? { objectionToNoRefund(response) }
}

/// One record, a processor, a clock that jumps, a host that crashes, and a person who settles what needs review. Drives
/// one machine after another until one has finished, and throws a violation if a rule is broken.
struct SettlementSimulation<Subject: ModelSubject> {
  typealias Machine = SettlementMachine<Subject>

  struct Violation: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
  }

  /// Counts of the faults and effects in a run, which show what it covers.
  struct Counts {
    var crashes = 0
    var sends = 0
    var cancellations = 0
    var inquiries = 0
    /// Outcomes that a reconciliation committed while a machine was at work.
    var overtaken = 0
    var reviews = 0
    /// Reviews that a person has ended, and those of them after which the money proved to have moved all the same.
    var givenUp = 0
    var movedAfterAll = 0
  }

  private(set) var record: Subject
  private(set) var counts = Counts()
  private(set) var log: [(time: Int64, event: Machine.Event, actions: [Machine.Action])] = []

  private var dice: SplitMix64
  private var processor: SimulatedCardProcessor
  private var host = SimulatedHost()
  private var clockWasAhead = false
  /// The share of actions at which the host fails, in percent. Zero after `faultFreeTime`.
  private var hostFaultRate: Int
  private let isFaultFree: Bool

  private var sentKeys: Set<String> = []
  /// When the record came into review; nil if it never has.
  private var reviewStart: Int64?
  /// Whether the previous call was a look-up that found nothing. Only then may a call be sent again.
  private var lookupFoundNothing = false

  private static var hour: Int64 { 3600 }
  private static var faultFreeTime: Int64 { 72 * hour }
  /// How long a record has been in review when a person first looks, and when they settle it though the processor does
  /// not confirm it.
  private static var patience: Int64 { 12 * hour }
  private static var longestPatience: Int64 { 24 * hour }

  init(_ record: Subject, seed: UInt64) {
    dice = SplitMix64(seed: seed)
    self.record = record
    let refusals: [ProcessorFailure?] = [nil, nil, nil, nil, .rejected("refused"), .unknownToken]
    processor = SimulatedCardProcessor(
      behavior: SimulatedCardProcessor.Behavior.allCases.randomElement(using: &dice) ?? .succeeds,
      trouble: [.none, .none, .none, .cancelsFail, .failuresAreStored].randomElement(using: &dice) ?? .none,
      refuses: refusals[Int.random(in: 0..<6, using: &dice)],
      faultRate: [0, 5, 30, 80][Int.random(in: 0..<4, using: &dice)]
    )
    hostFaultRate = [0, 2, 10][Int.random(in: 0..<3, using: &dice)]
    isFaultFree = processor.faultRate == 0 && hostFaultRate == 0
  }

  /// A simulation without faults, `seconds` after the record was created. The processor has been called already if the
  /// record says so.
  init(_ record: Subject, _ world: SimulatedCardProcessor.World, at seconds: Int64) {
    dice = SplitMix64(seed: 0)
    self.record = record
    processor = SimulatedCardProcessor(behavior: world.behavior, trouble: world.trouble, refuses: nil, faultRate: 0)
    hostFaultRate = 0
    isFaultFree = true
    switch record.stage {
    case .awaitingCardholder, .inReview: processor.take(Subject.movingCall)
    case .unprepared, .open, .closed: break
    }
    pass(seconds)
    if record.needsReview { reviewStart = time }
  }

  /// Seconds since the record was created, in truth.
  private var time: Int64 { host.time }

  private mutating func pass(_ seconds: Int64) {
    host.pass(seconds)
    processor.advance(to: time)
  }

  private mutating func happens() -> Bool { Int.random(in: 0..<100, using: &dice) < hostFaultRate }

  /// Runs until a machine has finished, and checks that the ledger then agrees with the processor.
  mutating func run() throws(Violation) {
    try run(Machine(isNew: true), from: .begun)
    try checkOutcome()
  }

  /// Continues from the actions that `machine` has returned, until it has finished.
  mutating func run(_ machine: Machine, after actions: [Machine.Action]) throws(Violation) {
    try run(machine, from: try perform(actions))
  }

  /// Throws if the run does not end within two days after the faults.
  private mutating func run(_ first: Machine, from event: Machine.Event?) throws(Violation) {
    var (machine, event) = (first, event)
    while var next = event {
      if time > Self.faultFreeTime { (hostFaultRate, processor.faultRate) = (0, 0) }
      guard time < Self.faultFreeTime + 48 * Self.hour, log.count < 50_000 else { throw Violation("it does not end") }
      if next != .begun, happens() { setClock() }
      if next == .pauseEnded { review() }
      if happens() {
        reconcile()
        if next == .pauseEnded {
          next = .changed
        } else if machine.handle(.changed, at: host.moment()) != [] {
          throw Violation("it does two things at once")
        }
      }
      let actions = machine.handle(next, at: host.moment())
      log.append((time, next, actions))
      guard !actions.isEmpty else { throw Violation("it is stuck") }
      event = try perform(actions)
      if event != nil, happens() { (machine, event) = (crash(), .begun) }
    }
    try checkNothingFollows(machine)
    guard case .closed = record.stage else { throw Violation("finished, though it is \(record.stage)") }
    if isFaultFree, time > 28 * Self.hour { throw Violation("it takes \(time) s without any fault") }
  }

  // MARK: Faults

  /// Crashes the process, and returns the machine of the next one. Calls in flight may still have their effect.
  private mutating func crash() -> Machine {
    counts.crashes += 1
    pass(Int64.random(in: 1...4000, using: &dice))
    host.restartProcess()
    lookupFoundNothing = false
    return Machine(isNew: false)
  }

  private mutating func setClock() {
    host.clockError = Int64.random(in: -200_000...20_000, using: &dice)
    if host.clockError > 0 { clockWasAhead = true }
  }

  /// A person looks at a record in review, and settles it unless the processor objects. After a day they give it up even
  /// if the processor does not confirm that, but never against its word.
  private mutating func review() {
    guard record.needsReview, let reviewStart, time >= reviewStart + Self.patience else { return }
    switch record.objectionToGivingUp(processor.response(to: record.lookup, at: time, &dice)) {
    case nil: break
    case .unfinished, .unanswered: guard time >= reviewStart + Self.longestPatience else { return }
    case .contradicted, .notFound: return
    }
    counts.givenUp += 1
    _ = commit { $0.take(Subject.givenUp) }
  }

  /// A caller asks whether the record can be settled, or an event says that money has moved.
  private mutating func reconcile(_ trigger: ReconciliationMachine<Subject>.Trigger = .inquiry) {
    counts.inquiries += 1
    var machine = ReconciliationMachine<Subject>(trigger)
    var event: ReconciliationMachine<Subject>.Event? = .begun
    while let next = event {
      event = nil
      for action in machine.handle(next) {
        switch action {
        case .read: event = .record(record, hasEntry: record.hasSucceeded)
        case .call(let call): event = .response(processor.response(to: call, at: time, &dice))
        case .commit(let outcome):
          counts.overtaken += 1
          event = commit { $0.take(outcome) } ? .record(record, hasEntry: false) : .refused(reason: "settled")
        case .report, .finished: break
        }
      }
    }
  }

  // MARK: Actions

  private mutating func commit(_ change: (inout Subject) -> Bool) -> Bool {
    let neededReview = record.needsReview
    guard change(&record) else { return false }
    record.updateTime = host.commit()
    if record.needsReview, !neededReview {
      counts.reviews += 1
      reviewStart = time
    }
    return true
  }

  /// Carries out a machine's actions. Returns the event that follows; nil if nothing is left to do.
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
      lookupFoundNothing = call.isLookup && response == .notFound
      return .response(response)
    case .commitPreparation(let preparation):
      return commit { $0.take(preparation) } ? .record(record) : .refused(reason: "ended")
    case .commit(let outcome):
      try check(outcome)
      return commit { $0.take(outcome) } ? .record(record) : .refused(reason: "settled")
    case .wait(let duration):
      guard duration > .zero, duration <= .seconds(record.needsReview ? 3600 : 60) else {
        throw Violation("it waits for \(duration)")
      }
      pass(max(1, duration.components.seconds))
      return .pauseEnded
    case .finished: return nil
    case .report, nil: throw Violation("it is stuck")
    }
  }

  private mutating func check(_ call: ProcessorCall) throws(Violation) {
    if call.isCancellation {
      counts.cancellations += 1
      guard time >= Self.hour || clockWasAhead || record.needsReview else {
        throw Violation("the cardholder's hour is cut short")
      }
    }
    guard let key = call.movingKey else { return }
    // Ledger time runs one part in a hundred slower while the wall clock is behind.
    guard time < Self.hour * 100 / 99 else { throw Violation("sent when the record is \(time) s old") }
    guard counts.sends == 0 || lookupFoundNothing else { throw Violation("sent again without a look") }
    switch record.stage {
    case .open(let recorded): guard call == recorded else { throw Violation("sent, but not what is recorded: \(call)") }
    case .unprepared: throw Violation("sent before the preparation is recorded")
    case .inReview: throw Violation("sent in review")
    // A reconciliation has changed the record meanwhile.
    case .awaitingCardholder, .closed: break
    }
    sentKeys.insert(key)
    guard sentKeys.count == 1 else { throw Violation("sent under two keys: \(sentKeys)") }
    counts.sends += 1
  }

  /// Checks that nobody is asked for a review before the hour is over, unless a refusal contradicts an earlier attempt.
  private func check(_ outcome: Subject.Outcome) throws(Violation) {
    guard let reason = Subject.reviewReason(of: outcome), !reason.hasPrefix("refused after an attempt") else { return }
    guard time >= Self.hour || clockWasAhead else { throw Violation("a person is asked too early") }
  }

  // MARK: The end

  private func checkNothingFollows(_ machine: Machine) throws(Violation) {
    let events: [Machine.Event] = [
      .begun, .record(record), .record(nil), .refused(reason: "x"), .response(.notFound), .pauseEnded, .changed,
    ]
    var host = host
    for event in events {
      var machine = machine
      guard machine.handle(event, at: host.moment()) == [] else {
        throw Violation("something follows the end: \(event)")
      }
    }
  }

  private mutating func checkOutcome() throws(Violation) {
    // Lets delayed calls arrive, and the processor finish what takes time.
    pass(48 * Self.hour)
    processor.endTrouble()
    guard processor.items.values.joined().count <= 1 else { throw Violation("charged twice") }
    if counts.givenUp > 0, processor.hasMoved, !record.hasSucceeded {
      // The processor's event says so, sooner or later.
      counts.movedAfterAll += 1
      reconcile(.reportOfSuccess)
    }
    guard record.hasSucceeded == processor.hasMoved else {
      throw Violation("money has moved: \(processor.hasMoved), but the record is \(record)")
    }
  }
}
