import Ledger
import Testing

@Suite("A charge")
struct CardholderPresenceTests {
  @Test(
    "says that its cardholder is there, unless the ledger recharges by itself",
    arguments: [(.recharge, true), (.changeCard, true), (.autoRecharge, false)] as [(RechargePurpose, Bool)]
  )
  func presence(purpose: RechargePurpose, isExpected: Bool) {
    var recharge = SettlementSubjects.recharge()
    recharge.purpose = purpose
    guard case .open(.createCharge(_, _, _, _, _, let isPresent, _)) = recharge.stage else {
      Issue.record("no charge is made: \(recharge.stage)")
      return
    }
    #expect(isPresent == isExpected)
  }
}
