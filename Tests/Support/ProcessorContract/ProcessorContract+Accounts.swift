import Ledger
import PaymentProcessing
import Testing

extension ProcessorContract {
  /// The account and its mode stay the same across a restart.
  func worksForOneAccount() async throws {
    var first: ProcessorAccount?
    try await run { processor in
      first = try await processor.describeAccount()
      #expect(first?.id.isEmpty == false)
      #expect(first?.isLive == false)
    }
    try await run { processor in
      let again = try await processor.describeAccount()
      #expect(again == first)
    }
  }

  /// A call for another account has no effect, and its refusal is no definite answer: the request may have had its effect in
  /// the account that it is for. The account is no part of the request that a key names.
  func doesNothingForAnotherAccount() async throws {
    try await run { processor in
      let account = try await processor.describeAccount()
      let attached = try await processor.attachCard(attachment(cards.visa, key: "a1"))
      let paid = try await processor.createCharge(charge(attached.token, key: "c1", dollars: 30))
      let waiting = try await processor.createCharge(charge(cards.authenticating, key: "c2"))
      _ = try await processor.refundCharge(refund(paid, key: "r1", dollars: 10))
      let others = [
        ProcessorAccount(id: account.id + "x", isLive: account.isLive),
        ProcessorAccount(id: account.id, isLive: !account.isLive),
      ]
      for other in others {
        let foreign = processor.bound(to: other)
        #expect(try await foreign.describeAccount() == account)
        await expectUnknown { _ = try await foreign.describeCard(attached.token) }
        await expectUnknown { _ = try await foreign.verifyCard(attached.token) }
        await expectUnknown {
          _ = try await foreign.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w")))
        }
        await expectUnknown { _ = try await foreign.attachCard(attachment(cards.visa, key: "a1")) }
        await expectUnknown { _ = try await foreign.attachCard(attachment(cards.visa, key: "a2")) }
        await expectUnknown { try await foreign.detachCard(attached.token) }
        await expectUnknown { _ = try await foreign.createCharge(self.charge(attached.token, key: "c1", dollars: 30)) }
        await expectUnknown { _ = try await foreign.createCharge(self.charge(attached.token, key: "c3")) }
        await expectUnknown { _ = try await foreign.findCharge(key: "c1") }
        await expectUnknown { _ = try await foreign.findCharge(id: paid.id) }
        await expectUnknown { _ = try await foreign.cancelCharge(key: "c2") }
        await expectUnknown { _ = try await foreign.refundCharge(refund(paid, key: "r2", dollars: 10)) }
        await expectUnknown { _ = try await foreign.findRefund(key: "r1", chargeID: paid.id) }
        await expectUnknown { _ = try await foreign.listEvents(after: nil, limit: 1) }
        await expectUnavailable { _ = try await foreign.parseEvent(payload: [], signature: "") }
      }
      let own = processor.bound(to: account)
      #expect(try await own.findCharge(key: "c1") == paid)
      #expect(try await own.findCharge(key: "c2") == waiting)
      #expect(try await own.findCharge(key: "c3") == nil)
      #expect(try await own.findRefund(key: "r2", chargeID: paid.id) == nil)
      #expect(try await own.createCharge(charge(attached.token, key: "c1", dollars: 30)) == paid)
      #expect(try await own.createCharge(charge(attached.token, key: "c4")).status == .paid)
    }
  }

  private func expectUnknown(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: location)
    } catch ProcessorFailure.outcomeUnknown {
      // Expected.
    } catch {
      Issue.record(error, sourceLocation: location)
    }
  }

  private func expectUnavailable(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: location)
    } catch EventFailure.unavailable {
      // Expected.
    } catch {
      Issue.record(error, sourceLocation: location)
    }
  }
}
