import Ledger
import PaymentProcessing
import Testing

extension ProcessorContract {
  /// A key creates one charge, also across a restart, which is found by its key and by its id.
  func chargesOnce() async throws {
    let request = charge(cards.visa, key: "c1")
    var first: ChargeResult?
    try await run { processor in
      let charge = try await processor.createCharge(request)
      #expect(charge.status == .paid)
      #expect(charge.amount == request.amount)
      #expect(charge.rechargeID == request.rechargeID)
      #expect(try await processor.createCharge(request) == charge)
      first = charge
    }
    try await run { processor in
      let charge = try #require(first)
      #expect(try await processor.createCharge(request) == charge)
      #expect(try await processor.findCharge(key: "c1") == charge)
      #expect(try await processor.findCharge(id: charge.id) == charge)
      #expect(try await processor.createCharge(self.charge(cards.visa, key: "c2")).id != charge.id)
    }
  }

  func findsNothingWhereThereIsNothing() async throws {
    try await run { processor in
      let charges = [
        try await processor.findCharge(key: "none"), try await processor.findCharge(id: "none"),
        try await processor.cancelCharge(key: "none"),
      ]
      #expect(charges == [nil, nil, nil])
      let refund = try await processor.findRefund(key: "none", chargeID: "none")
      #expect(refund == nil)
    }
  }

  func refusesAnotherUseOfAChargesKey() async throws {
    try await run { processor in
      let paid = try await processor.createCharge(charge(cards.visa, key: "c1"))
      await expectRejection { _ = try await processor.createCharge(charge(cards.visa, key: "c1", dollars: 11)) }
      await expectRejection { _ = try await processor.createCharge(charge(cards.mastercard, key: "c1")) }
      var other = charge(cards.visa, key: "c1")
      other.rechargeID = RechargeID("another")
      await expectRejection { _ = try await processor.createCharge(other) }
      other = charge(cards.visa, key: "c1")
      other.walletID = WalletID("another")
      await expectRejection { _ = try await processor.createCharge(other) }
      #expect(try await processor.findCharge(key: "c1") == paid)
    }
  }

  /// Names are compared byte by byte: a card of one wallet is never another wallet's.
  func tellsLetterCaseApart() async throws {
    try await run { processor in
      let upper = try await processor.attachCard(attachment(cards.visa, key: "A1", wallet: "Ada"))
      let lower = try await processor.attachCard(attachment(cards.visa, key: "a1", wallet: "ada"))
      #expect(upper.token != lower.token)
      let charge = try await processor.createCharge(charge(upper.token, key: "C1"))
      let nothing = try await processor.findCharge(key: "c1")
      #expect(nothing == nil)
      #expect(try await processor.createCharge(self.charge(lower.token, key: "c1")).id != charge.id)
      try await processor.detachCard(upper.token)
      #expect(try await processor.describeCard(lower.token) == lower.card)
    }
  }

  func chargesOnceForManyAtOnce() async throws {
    try await run { processor in
      let request = charge(cards.visa, key: "c1")
      let ids = try await withThrowingTaskGroup(of: String?.self) { group in
        for _ in 1...16 {
          group.addTask {
            do throws(ProcessorFailure) {
              return try await processor.createCharge(request).id
            } catch {
              // Another request with the key is in progress, so the outcome is unknown, not a refusal.
              guard case .outcomeUnknown = error else { throw error }
              return nil
            }
          }
        }
        return try await group.reduce(into: Set<String>()) { ids, id in if let id { ids.insert(id) } }
      }
      #expect(ids == [try await processor.createCharge(request).id])
    }
  }

  /// A decline is a result, and is replayed under its key.
  func declines() async throws {
    try await run { processor in
      let request = charge(cards.declined, key: "c1")
      let declined = try await processor.createCharge(request)
      #expect(declined.status == .declined(code: cards.declineCode))
      #expect(try await processor.createCharge(request) == declined)
      #expect(try await processor.findCharge(key: "c1") == declined)
    }
  }

  func waitsForTheCardholderUntilCancelled() async throws {
    try await run { processor in
      let request = charge(cards.authenticating, key: "c1")
      let waiting = try await processor.createCharge(request)
      guard case .authenticationRequired(let url) = waiting.status else {
        Issue.record("\(waiting.status)")
        return
      }
      #expect(url.hasPrefix("http"))
      #expect(try await processor.findCharge(key: "c1") == waiting)
      #expect(try await processor.cancelCharge(key: "c1")?.status == .cancelled)
      #expect(try await processor.findCharge(key: "c1")?.status == .cancelled)
      #expect(try await processor.cancelCharge(key: "c1")?.status == .cancelled)
    }
  }

  func cancelsNothingThatIsFinal() async throws {
    try await run { processor in
      let paid = try await processor.createCharge(charge(cards.visa, key: "c1"))
      let declined = try await processor.createCharge(charge(cards.declined, key: "c2"))
      #expect(try await processor.cancelCharge(key: "c1") == paid)
      #expect(try await processor.cancelCharge(key: "c2") == declined)
      #expect(try await processor.findCharge(key: "c1") == paid)
    }
  }
}
