import CreditsServer
import Ledger
import LedgerEngine
import Logging
import PaymentProcessing
import SQLiteStore
import SimulatedProcessor
import Synchronization
import Testing

/// A ledger with a recharge of $50, and a processor that follows a script.
private final class PolledLedger {
  let directory: TemporaryDirectory
  let time = FakeTime()
  let committer: Committer
  let scripted: ScriptedProcessor
  let pinned: PinnedProcessor
  let worker: RechargeWorker
  let alarms = Alarms()
  private let poller: EventPoller
  private var lastAdvance: LedgerTime?

  static let wallet = WalletID("w")
  static let recharge = RechargeID("rch_1")
  static let card = PaymentMethodID("card_1")
  static let token = PaymentMethodToken("tok_1")

  init() throws {
    directory = try TemporaryDirectory()
    time.release()
    let (path, time) = (directory.path, time)
    committer = try Committer(
      rules: Rules(sha256: testSHA256),
      clock: { _ in time.now },
      open: { () throws(StoreError) -> SQLiteStore in try SQLiteStore(directory: path + "/data") },
      stopped: { Issue.record("the committer stopped: \($0)") }
    )
    scripted = ScriptedProcessor(try SimulatedProcessor(path: path + "/charges"))
    let told = Told()
    pinned = PinnedProcessor(scripted, committer: committer) { told.add($0) }
    self.told = told
    let logger = Logger(label: "test") { [alarms] _ in AlarmHandler(alarms: alarms) }
    worker = RechargeWorker(
      committer: committer,
      processor: pinned,
      logger: logger,
      clock: { Moment(time: time.now) },
      sleep: { try await time.sleep($0) }
    )
    poller = EventPoller(worker)
  }

  final class Told: Sendable {
    private let conditions = Mutex<[ProcessorCondition]>([])
    func add(_ condition: ProcessorCondition) { conditions.withLock { $0.append(condition) } }
    var all: [ProcessorCondition] { conditions.withLock { $0 } }
  }
  let told: Told

  func commit<Asked: Mutation>(_ mutation: Asked) async throws -> Asked.Reply {
    let origin = Origin(caller: "test", key: nil, method: Asked.method, fingerprint: .zero)
    return try await committer.submit(Ledger.Request(mutation, from: origin)).result.get()
  }

  /// Opens the wallet and begins a recharge of $50.
  func begin() async throws {
    _ = try await commit(CreateWallet(Self.wallet, .usd))
    let candidate = CandidateCard(
      id: Self.card,
      token: Self.token,
      card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2040),
      billing: Ledger.BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1")
    )
    _ = try await commit(StartRecharge(Self.recharge, Self.wallet, Self.usd(50), candidate))
  }

  func pay() async throws {
    try await begin()
    _ = try await commit(SettleRecharge(Self.recharge, .paid(processorChargeID: "ch_1")))
  }

  static func usd(_ dollars: Int64) -> Ledger.Money { Ledger.Money(micros: dollars * 1_000_000, currency: .usd) }

  static func refund(_ name: String, _ dollars: Int64, charge: String = "ch_1") -> ProcessorEvent {
    let refund = ForeignRefund(id: name, chargeID: charge, amount: usd(dollars), status: .refunded)
    return ProcessorEvent(id: "evt_\(name)", kind: .foreignRefund(refund))
  }

  func happen(_ events: ProcessorEvent...) { scripted.change { $0.events += events } }

  func poll() async throws { try await poller.poll(&lastAdvance) }

  var cursor: String? { get async throws { try await committer.submit(GetLedgerFacts()).result.get().eventCursor } }

  var dollars: Int64 {
    get async throws { try await committer.submit(GetWallet(Self.wallet)).result.get().posted / 1_000_000 }
  }

  var saved: [PaymentMethod] {
    get async throws { try await committer.submit(ListPaymentMethods(Self.wallet)).result.get().paymentMethods }
  }

  deinit { committer.close() }
}

@Suite("Events that are fetched from the processor", .timeLimit(.minutes(1)))
struct EventPollerTests {
  private let ledger: PolledLedger

  init() throws { ledger = try PolledLedger() }

  @Test("have each their effect once, however often they are read, and the cursor stays behind them")
  func once() async throws {
    try await ledger.pay()
    ledger.happen(PolledLedger.refund("re_1", 10), PolledLedger.refund("re_2", 5), PolledLedger.refund("re_1", 10))
    try await ledger.poll()
    #expect(try await ledger.dollars == 35)
    #expect(try await ledger.cursor == "3")
    ledger.happen(PolledLedger.refund("re_2", 5), PolledLedger.refund("re_3", 1))
    try await ledger.poll()
    #expect(try await ledger.dollars == 34)
    #expect(try await ledger.cursor == "5")
    #expect(ledger.scripted.script.withLock { $0.listedAfter } == [nil, "2", "3"])
    #expect(ledger.alarms.all.isEmpty)
  }

  @Test("that cannot be taken yet are read again, and hold up no later one")
  func undecided() async throws {
    try await ledger.begin()
    // The dispute may be of the recharge that is under way.
    let dispute = DisputeResult(id: DisputeID("dp_1"), chargeID: "ch_9", amount: PolledLedger.usd(50), state: .opened)
    ledger.happen(ProcessorEvent(id: "evt_1", kind: .dispute(dispute)))
    ledger.happen(ProcessorEvent(id: "evt_2", kind: .cardRemoved(token: PaymentMethodToken("tok_other"))))
    try await ledger.poll()
    #expect(try await ledger.cursor == nil)
    let charge = ChargeResult(
      id: "ch_9",
      rechargeID: PolledLedger.recharge,
      amount: PolledLedger.usd(50),
      status: .paid
    )
    ledger.scripted.change { $0.charges = [charge] }
    try await ledger.poll()
    #expect(try await ledger.cursor == "2")
    #expect(try await ledger.dollars == 0)
  }

  @Test("of a refund whose charge the ledger does not know yet settle its recharge first")
  func refundBeforeCharge() async throws {
    try await ledger.begin()
    let charge = ChargeResult(
      id: "ch_9",
      rechargeID: PolledLedger.recharge,
      amount: PolledLedger.usd(50),
      status: .paid
    )
    ledger.scripted.change { $0.charges = [charge] }
    ledger.happen(PolledLedger.refund("re_1", 20, charge: "ch_9"))
    try await ledger.poll()
    #expect(try await ledger.dollars == 30)
  }

  @Test("of a refund whose charge the ledger does not know to be paid yet settle its recharge first")
  func refundBeforePayment() async throws {
    try await ledger.begin()
    let waits = Settlement.authenticationRequired(processorChargeID: "ch_9", nextActionURL: "https://bank")
    _ = try await ledger.commit(SettleRecharge(PolledLedger.recharge, waits))
    let charge = ChargeResult(
      id: "ch_9",
      rechargeID: PolledLedger.recharge,
      amount: PolledLedger.usd(50),
      status: .paid
    )
    ledger.scripted.change { $0.charges = [charge] }
    ledger.happen(PolledLedger.refund("re_1", 20, charge: "ch_9"))
    try await ledger.poll()
    #expect(try await ledger.dollars == 30)
    #expect(ledger.alarms.all.isEmpty)
  }

  @Test("of a payment credit it though search does not show it yet")
  func paymentBeforeSearch() async throws {
    try await ledger.begin()
    let charge = ChargeResult(
      id: "ch_9",
      rechargeID: PolledLedger.recharge,
      amount: PolledLedger.usd(50),
      status: .paid
    )
    // By its key, the simulator finds none.
    ledger.scripted.change { $0.charges = [charge] }
    ledger.happen(ProcessorEvent(id: "evt_1", kind: .charge(charge)))
    try await ledger.poll()
    #expect(try await ledger.dollars == 50)
  }

  @Test("of another user of the processor's account change nothing, without an alarm")
  func others() async throws {
    try await ledger.pay()
    ledger.happen(PolledLedger.refund("re_1", 20, charge: "ch_of_others"))
    try await ledger.poll()
    #expect(try await ledger.dollars == 50)
    #expect(ledger.alarms.all.isEmpty)
    #expect(try await ledger.cursor == "1")
  }

  @Test("of a refund that cannot be matched raise an alarm, and are done with")
  func unmatched() async throws {
    try await ledger.pay()
    ledger.happen(PolledLedger.refund("re_1", 60))
    let stranger = ChargeResult(
      id: "ch_7",
      rechargeID: RechargeID("rch_lost"),
      amount: PolledLedger.usd(10),
      status: .paid
    )
    ledger.scripted.change { $0.charges = [stranger] }
    ledger.happen(PolledLedger.refund("re_2", 10, charge: "ch_7"))
    try await ledger.poll()
    #expect(try await ledger.dollars == 50)
    #expect(ledger.alarms.all.count == 2)
    // Each names the wallet and the amount, as far as there is one.
    #expect(ledger.alarms.values(of: "wallet_id") == [PolledLedger.wallet.value, ""])
    #expect(ledger.alarms.values(of: "amount") == ["$60.00", ""])
    #expect(try await ledger.cursor == "2")
  }

  @Test("show a card's new expiry, and remove a card that the processor no longer has")
  func cards() async throws {
    try await ledger.pay()
    let renewed = Card(brand: "visa", last4: "1881", expiryMonth: 6, expiryYear: 2044)
    ledger.happen(ProcessorEvent(id: "evt_1", kind: .cardUpdated(token: PolledLedger.token, card: renewed)))
    try await ledger.poll()
    #expect(try await ledger.saved.map(\.card) == [renewed])
    ledger.happen(ProcessorEvent(id: "evt_2", kind: .cardRemoved(token: PolledLedger.token)))
    try await ledger.poll()
    #expect(try await ledger.saved == [])
  }

  @Test("remove all cards of a wallet whose customer is gone")
  func customer() async throws {
    try await ledger.pay()
    ledger.happen(ProcessorEvent(id: "evt_1", kind: .customerRemoved(PolledLedger.wallet)))
    try await ledger.poll()
    #expect(try await ledger.saved == [])
  }

  @Test("that are not understood raise an alarm if they concern a recharge of this ledger")
  func unclassified() async throws {
    try await ledger.pay()
    for charge in ["ch_1", "ch_of_others"] {
      let event = UnclassifiedEvent(type: "charge.dispute.new", objectID: "dp_1", chargeID: charge)
      ledger.happen(ProcessorEvent(id: "evt_\(charge)", kind: .unclassified(event)))
    }
    try await ledger.poll()
    #expect(ledger.alarms.all.count == 1)
    #expect(ledger.alarms.values(of: "wallet_id") == [PolledLedger.wallet.value])
    #expect(ledger.alarms.values(of: "amount") == ["$50.00"])
  }

  @Test("are read from where the last poll ended, after silence too")
  func silence() async throws {
    try await ledger.pay()
    ledger.happen(PolledLedger.refund("re_1", 10))
    try await ledger.poll()
    ledger.scripted.change { $0.isSilent = true }
    await #expect(throws: ProcessorFailure.self) { try await ledger.poll() }
    ledger.happen(PolledLedger.refund("re_2", 10))
    ledger.scripted.change { $0.isSilent = false }
    try await ledger.poll()
    #expect(try await ledger.dollars == 30)
    #expect(try await ledger.cursor == "2")
  }
}

@Suite("The processor's account", .timeLimit(.minutes(1)))
struct PinnedProcessorTests {
  private let ledger: PolledLedger

  init() throws { ledger = try PolledLedger() }

  private static let mine = ProcessorAccount(id: "acct_1", isLive: false)

  @Test(
    "is recorded with the first call, and nothing that another one says is believed",
    arguments: [ProcessorAccount(id: "acct_2", isLive: false), ProcessorAccount(id: "acct_1", isLive: true)]
  )
  func other(account: ProcessorAccount) async throws {
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    ledger.scripted.change {
      $0.account = account
      $0.isSilent = true
    }
    await #expect(throws: ProcessorFailure.outcomeUnknown("silence")) { try await ledger.pinned.findCharge(key: "k") }
    ledger.scripted.change { $0.isSilent = false }
    let failure = await #expect(throws: ProcessorFailure.self) { try await ledger.pinned.findCharge(key: "k") }
    guard case .outcomeUnknown = failure else {
      Issue.record("a definite answer of another account: \(failure as Any)")
      return
    }
    #expect(ledger.told.all.last == .otherAccount(account, expected: Self.mine))
    ledger.scripted.change { $0.account = Self.mine }
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    #expect(ledger.told.all.last == .answers(Self.mine))
  }

  @Test("is asked for again when another process may answer, before anything that it says is believed")
  func anotherProcess() async throws {
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    let other = ProcessorAccount(id: "acct_2", isLive: false)
    ledger.scripted.change {
      $0.session += 1
      $0.account = other
    }
    await #expect(throws: ProcessorFailure.self) { try await ledger.pinned.findCharge(key: "k") }
    #expect(ledger.told.all.last == .otherAccount(other, expected: Self.mine))
    ledger.scripted.change {
      $0.session += 1
      $0.account = Self.mine
    }
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    #expect(ledger.told.all.last == .answers(Self.mine))
  }

  @Test("is not taken for that of a process that was started during a call")
  func startedDuringCall() async throws {
    _ = try await ledger.pinned.describeAccount()
    ledger.scripted.change { $0.duringLookup = { $0.session += 1 } }
    let failure = await #expect(throws: ProcessorFailure.self) { try await ledger.pinned.findCharge(key: "k") }
    guard case .outcomeUnknown = failure else {
      Issue.record("believed: \(failure as Any)")
      return
    }
    ledger.scripted.change { $0.duringLookup = nil }
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
  }

  @Test("is named in every call, so that a processor which was started with another key since does nothing")
  func named() async throws {
    let request = ChargeRequest(
      key: "k",
      rechargeID: PolledLedger.recharge,
      walletID: PolledLedger.wallet,
      amount: Money(micros: 10_000_000, currency: .usd),
      token: PaymentMethodToken("pm_card_visa")
    )
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    ledger.scripted.change { $0.account = ProcessorAccount(id: "acct_2", isLive: false) }
    let failure = await #expect(throws: ProcessorFailure.self) { try await ledger.pinned.createCharge(request) }
    guard case .outcomeUnknown = failure else {
      Issue.record("a definite answer of another account: \(failure as Any)")
      return
    }
    ledger.scripted.change { $0.account = Self.mine }
    #expect(try await ledger.pinned.findCharge(key: "k") == nil)
    #expect(try await ledger.pinned.createCharge(request).status == .paid)
  }

  @Test("is asked for once, and again after each call without an answer")
  func questions() async throws {
    for _ in 1...3 { _ = try await ledger.pinned.findCharge(key: "k") }
    #expect(ledger.scripted.script.withLock { $0.accountQuestions } == 1)
    ledger.scripted.change { $0.isSilent = true }
    await #expect(throws: ProcessorFailure.self) { try await ledger.pinned.findCharge(key: "k") }
    ledger.scripted.change { $0.isSilent = false }
    for _ in 1...3 { _ = try await ledger.pinned.findCharge(key: "k") }
    #expect(ledger.scripted.script.withLock { $0.accountQuestions } == 2)
  }
}
