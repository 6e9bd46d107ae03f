package import Ledger
import MessageDigest
package import SeededRandom

/// Commands to test a store with.
package struct Scenario {
  private var dice: SplitMix64
  private var sent: [Command] = []
  private var rechargeCount = 0
  private var refundCount = 0

  package static let walletIDs = ["w0", "w1", "w2"]
  /// The time of all mutations, from which the ids of automatic recharges derive.
  package static let time = LedgerTime(microseconds: 1_000_000)

  package init(dice: SplitMix64) { self.dice = dice }

  /// Every mutation at least once, with every outcome of recharges and holds, and every remembered refusal.
  package static let mutations: [any Mutation] = {
    var script = Script()
    for mutation in rechargesAndCharges { script.add(mutation) }
    script.addHoldsAndRefunds(WalletID("c"))
    script.addWalletStates(WalletID("d"))
    script.addAdjustments(WalletID("h"))
    script.addAutoRecharges(WalletID("e"))
    script.addCards(WalletID("f"))
    script.addRechargeRefunds(WalletID("g"))
    script.addLateSuccesses(WalletID("l"))
    return script.mutations
  }()

  private static let rechargesAndCharges: [any Mutation] = [
    CreateWallet(WalletID("a"), .usd),
    CreateWallet(WalletID("b"), .usd),
    CreateWallet(WalletID("a"), .usd),
    StartRecharge(RechargeID("r0"), WalletID("a"), usd(10), nil),
    StartRecharge(RechargeID("r1"), WalletID("a"), usd(10), card("1")),
    SettleRecharge(RechargeID("r1"), .paid(processorChargeID: "ch1")),
    Charge(WalletID("a"), micros(2_500), .call, reference: "call é"),
    Charge(WalletID("a"), usd(10), .numberPurchase, reference: ""),
    SavePaymentMethod(WalletID("a"), card("2")),
    RefusePaymentMethod(WalletID("a"), declineCode: "expired_card"),
    ChangeCardAndPay(RechargeID("r2"), WalletID("a"), usd(20), card("3")),
    SettleRecharge(RechargeID("r2"), .declined(processorChargeID: "ch2", code: "insufficient_funds")),
    ChangeCardAndPay(RechargeID("r3"), WalletID("a"), usd(20), card("4")),
    SettleRecharge(
      RechargeID("r3"),
      .authenticationRequired(processorChargeID: "ch3", nextActionURL: "https://bank.example/3")
    ),
    SettleRecharge(RechargeID("r3"), .paid(processorChargeID: "ch3")),
    StartRecharge(RechargeID("r4"), WalletID("a"), usd(15), nil),
    SettleRecharge(RechargeID("r4"), .failed(processorChargeID: nil, explanation: "the processor is closed")),
    StartRecharge(RechargeID("r6"), WalletID("a"), usd(15), nil),
    SettleRecharge(RechargeID("r6"), .paid(processorChargeID: "ch6")),
    StartRecharge(RechargeID("r5"), WalletID("b"), usd(15), card("5")),
    SettleRecharge(RechargeID("r5"), .needsReview(explanation: "unknown for 23 h")),
    Charge(WalletID("a"), micros(1), .text, reference: "last"),
  ]

  package mutating func next() -> Command {
    if Int.random(in: 0..<6, using: &dice) == 0, let again = sent.randomElement(using: &dice) { return again }
    let command =
      Int.random(in: 0..<5, using: &dice) == 0 ? Command.ask(question()) : Self.command(mutation(), key: key())
    if command.origin?.key != nil { sent.append(command) }
    return command
  }

  /// Draws from a range small enough that keys sometimes collide.
  private mutating func key() -> String { "k\(Int.random(in: 0..<2000, using: &dice))" }

  private mutating func walletID() -> WalletID { WalletID(Self.walletIDs.randomElement(using: &dice) ?? "w0") }

  private mutating func question() -> any Question {
    switch Int.random(in: 0..<9, using: &dice) {
    case 0: GetWallet(walletID())
    case 1: GetRechargeOptions(walletID())
    case 2: GetRecharge(anyRecharge())
    case 3: GetPaymentMethod(walletID(), nil)
    case 4: ListPaymentMethods(walletID())
    case 5: GetRechargeHistory(anyRecharge())
    case 6: GetRechargeRefund(anyRefund())
    case 7: FindRechargeOfCharge("ch-\(anyRecharge())")
    default: ListOpenMatters()
    }
  }

  private mutating func anyRecharge() -> RechargeID {
    RechargeID("q\(Int.random(in: 0...rechargeCount, using: &dice))")
  }

  private mutating func anyRefund() -> RechargeRefundID {
    RechargeRefundID("f\(Int.random(in: 0...refundCount, using: &dice))")
  }

  private mutating func anyCard() -> PaymentMethodID {
    let number = Int.random(in: 0...rechargeCount, using: &dice)
    return PaymentMethodID("pm-\(Bool.random(using: &dice) ? "q" : "s")\(number)")
  }

  /// Draws a mutation of saved cards or paid recharges.
  private mutating func aftermath(_ amount: Money) -> any Mutation {
    switch Int.random(in: 0..<10, using: &dice) {
    case 0: return SetDefaultPaymentMethod(walletID(), anyCard())
    case 1: return RemovePaymentMethod(walletID(), anyCard())
    case 2: return DetachPaymentMethod(anyCard())
    case 3: return AttachCard(anyRecharge(), PaymentMethodToken("tok-attached"), Self.card("x").card)
    case 4, 5:
      refundCount += 1
      return RefundRecharge(RechargeRefundID("f\(refundCount)"), anyRecharge(), amount)
    case 6: return SettleRechargeRefund(anyRefund(), refundSettlement())
    case 7: return SettleRechargeRefundReview(anyRefund(), refundSettlement(), memo: "seen")
    case 8: return SettleRechargeReview(anyRecharge(), settlement(of: anyRecharge()), memo: "seen")
    default:
      let state = DisputeState.allCases.randomElement(using: &dice) ?? .opened
      return RecordDispute(DisputeID("d\(Int.random(in: 0..<9, using: &dice))"), anyRecharge(), amount, state)
    }
  }

  private mutating func refundSettlement() -> RefundSettlement {
    switch Int.random(in: 0..<3, using: &dice) {
    case 0: .refunded(processorRefundID: "re")
    case 1: .failed(processorRefundID: nil, explanation: "no")
    default: .needsReview(explanation: "unknown")
    }
  }

  private mutating func mutation() -> any Mutation {
    let amount = Money(micros: Int64.random(in: -1...30, using: &dice) * 1_000_000, currency: .usd)
    switch Int.random(in: 0..<22, using: &dice) {
    case 15...21: return aftermath(amount)
    case 12: return SetAutoRecharge(walletID(), settings())
    case 13: return ResumeAutoRecharge(walletID())
    case 14: return WakeAutoRecharges()
    case 0: return CreateWallet(walletID(), .usd)
    case 1...4: return Charge(walletID(), amount, .call, reference: "ref")
    case 5, 6:
      rechargeCount += 1
      let candidate = Bool.random(using: &dice) ? Self.card("q\(rechargeCount)") : nil
      return StartRecharge(RechargeID("q\(rechargeCount)"), walletID(), amount, candidate)
    case 7:
      rechargeCount += 1
      return ChangeCardAndPay(RechargeID("q\(rechargeCount)"), walletID(), amount, Self.card("q\(rechargeCount)"))
    case 8:
      rechargeCount += 1
      return SavePaymentMethod(walletID(), Self.card("s\(rechargeCount)"))
    default:
      // Mostly one of the open recharges.
      let id = RechargeID("q\(max(0, rechargeCount - Int.random(in: 0..<5, using: &dice)))")
      return SettleRecharge(id, settlement(of: id))
    }
  }

  private mutating func settings() -> AutoRechargeSettings {
    let amount = Int64.random(in: 9...30, using: &dice)
    let terms = AutoRechargeTerms(
      threshold: Self.usd(Int64.random(in: 10...40, using: &dice)),
      amount: Self.usd(amount),
      monthlyLimit: Bool.random(using: &dice) ? Self.usd(amount * 2) : nil
    )
    let isEnabled = Int.random(in: 0..<4, using: &dice) > 0
    return AutoRechargeSettings(isEnabled: isEnabled, terms: Bool.random(using: &dice) ? terms : nil)
  }

  private mutating func settlement(of id: RechargeID) -> Settlement {
    // Sometimes the processor reports a charge that may belong to another recharge.
    let isConfused = Int.random(in: 0..<8, using: &dice) == 0
    let charge = isConfused ? "ch-q\(Int.random(in: 0...rechargeCount, using: &dice))" : "ch-\(id)"
    return switch Int.random(in: 0..<6, using: &dice) {
    case 0, 1: .paid(processorChargeID: charge)
    case 2: .declined(processorChargeID: charge, code: "card_declined")
    case 3: .authenticationRequired(processorChargeID: charge, nextActionURL: "https://bank.example")
    case 4: .failed(processorChargeID: nil, explanation: "given up")
    default: .needsReview(explanation: "unknown")
    }
  }

  /// Wraps a mutation. The recharge worker's and the sweeper's commands have no key; all others do.
  package static func command(_ mutation: some Mutation, key: String, caller: String = "tester") -> Command {
    let method = type(of: mutation).method
    switch method {
    case .expireHolds: return .mutate(mutation, .ledger)
    case .autoRecharge: return .mutate(mutation, .autoRecharge)
    default: break
    }
    let fingerprint = Digest(SHA256.hash(Array("\(mutation)".utf8)))
    return .mutate(
      mutation,
      Origin(caller: caller, key: method.isWorkerMutation ? nil : key, method: method, fingerprint: fingerprint)
    )
  }

  /// Returns the processor result that puts a recharge into `state`.
  package static func settlement(_ recharge: String, _ state: RechargeState) -> Settlement {
    switch state {
    case .paid: .paid(processorChargeID: "ch-\(recharge)")
    case .declined: .declined(processorChargeID: "ch-\(recharge)", code: "card_declined")
    case .authenticationRequired:
      .authenticationRequired(processorChargeID: "ch-\(recharge)", nextActionURL: "https://bank.example")
    case .failed: .failed(processorChargeID: nil, explanation: "given up")
    case .processing, .needsReview: .needsReview(explanation: "unknown")
    }
  }

  package static func usd(_ dollars: Int64) -> Money {
    Money(micros: dollars * Money.microsPerUnit, currency: .usd)
  }

  package static func micros(_ micros: Int64) -> Money { Money(micros: micros, currency: .usd) }

  package static func card(_ name: String) -> CandidateCard {
    CandidateCard(
      id: PaymentMethodID("pm-\(name)"),
      token: PaymentMethodToken("tok-\(name)"),
      card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2030),
      billing: BillingDetails(name: "A. Person", email: "a@example.org", country: "US", postalCode: "94107")
    )
  }
}

extension Method {
  /// Whether the recharge worker commits this mutation. It has no key, since the ledger's state makes it idempotent.
  fileprivate var isWorkerMutation: Bool {
    switch self {
    case .settleRecharge, .settleRefund, .recordDispute, .detachPaymentMethod: true
    default: false
    }
  }
}
