import Ledger
import PaymentProcessing
import Testing

extension ProcessorContract {
  /// A key creates one refund, also across a restart.
  func refundsOnce() async throws {
    var charge: ChargeResult?
    var first: RefundResult?
    try await run { processor in
      let paid = try await processor.createCharge(self.charge(cards.visa, key: "c1", dollars: 30))
      let refund = try await processor.refundCharge(self.refund(paid, key: "r1", dollars: 10))
      #expect(refund.status == .refunded)
      #expect(refund.key == "r1" && refund.chargeID == paid.id && refund.amount == .dollars(10))
      (charge, first) = (paid, refund)
    }
    try await run { processor in
      let paid = try #require(charge)
      #expect(try await processor.refundCharge(self.refund(paid, key: "r1", dollars: 10)) == first)
      #expect(try await processor.findRefund(key: "r1", chargeID: paid.id) == first)
      let other = try await processor.createCharge(self.charge(cards.visa, key: "c2"))
      #expect(try await processor.findRefund(key: "r1", chargeID: other.id) == nil)
      #expect(try await processor.refundCharge(self.refund(paid, key: "r2", dollars: 20)).id != first?.id)
      #expect(try await processor.findCharge(key: "c1") == paid)
    }
  }

  /// The refunds of a charge never exceed it, and used keys are still replayed when it is fully refunded.
  func neverRefundsTooMuch() async throws {
    try await run { processor in
      let paid = try await processor.createCharge(self.charge(cards.visa, key: "c1", dollars: 30))
      let first = try await processor.refundCharge(self.refund(paid, key: "r1", dollars: 10))
      await expectRejection { _ = try await processor.refundCharge(self.refund(paid, key: "r2", dollars: 21)) }
      #expect(try await processor.refundCharge(self.refund(paid, key: "r3", dollars: 20)).status == .refunded)
      await expectRejection { _ = try await processor.refundCharge(self.refund(paid, key: "r4", dollars: 1)) }
      #expect(try await processor.refundCharge(self.refund(paid, key: "r1", dollars: 10)) == first)
    }
  }

  func refusesAnotherUseOfARefundsKey() async throws {
    try await run { processor in
      let paid = try await processor.createCharge(charge(cards.visa, key: "c1", dollars: 30))
      let other = try await processor.createCharge(charge(cards.visa, key: "c2", dollars: 30))
      _ = try await processor.refundCharge(refund(paid, key: "r1", dollars: 10))
      await expectRejection { _ = try await processor.refundCharge(refund(paid, key: "r1", dollars: 11)) }
      await expectRejection { _ = try await processor.refundCharge(refund(other, key: "r1", dollars: 10)) }
    }
  }

  func refundsOnlyWhatWasPaid() async throws {
    try await run { processor in
      let declined = try await processor.createCharge(charge(cards.declined, key: "c1"))
      await expectRejection { _ = try await processor.refundCharge(refund(declined, key: "r1", dollars: 1)) }
      var unknown = refund(declined, key: "r2", dollars: 1)
      unknown.chargeID = "pi_nobody"
      await expectRejection { _ = try await processor.refundCharge(unknown) }
      #expect(try await processor.findRefund(key: "r1", chargeID: declined.id) == nil)
    }
  }

  /// Events are listed page by page, oldest first, and a cursor stays good across a restart.
  func listsWhatHappened() async throws {
    var cursor: String?
    try await run { processor in
      let before = try await self.events(of: processor, after: nil)
      #expect(before.charges.isEmpty)
      cursor = before.cursor
      let paid = try await processor.createCharge(self.charge(cards.visa, key: "c1", dollars: 30))
      _ = try await processor.refundCharge(self.refund(paid, key: "r1", dollars: 10))
    }
    try await run { processor in
      let since = try await self.events(of: processor, after: cursor)
      #expect(since.charges == [.paid])
      #expect(since.refunds == ["r1"])
      // An event that was listed may be listed again, under the same id.
      let again = try await self.events(of: processor, after: since.cursor)
      #expect(Set(again.ids).isSubset(of: since.ids))
      let all = try await self.events(of: processor, after: nil)
      #expect(Set(all.ids).isSuperset(of: since.ids))
    }
  }

  private struct Listed {
    var ids: [String] = []
    var charges: [ChargeResult.Status] = []
    var refunds: [String] = []
    var cursor = ""
  }

  /// Lists events in pages of two until there are no more.
  private func events(of processor: any PaymentProcessor, after cursor: String?) async throws -> Listed {
    var listed = Listed()
    var next = cursor
    while true {
      let page = try await processor.listEvents(after: next, limit: 2)
      #expect(page.events.count <= 2)
      for event in page.events where !listed.ids.contains(event.id) {
        listed.ids.append(event.id)
        switch event.kind {
        case .charge(let charge): if charge.status == .paid { listed.charges.append(charge.status) }
        case .refund(let refund): if !listed.refunds.contains(refund.key) { listed.refunds.append(refund.key) }
        default: break
        }
      }
      next = page.cursor
      guard page.hasMore else { break }
    }
    listed.cursor = next ?? ""
    return listed
  }

  func believesNoUnsignedEvent() async throws {
    try await run { processor in
      for signature in ["", "v1=00", "t=1,v1=00"] {
        await #expect(throws: EventFailure.signatureInvalid) {
          try await processor.parseEvent(payload: Array("{}".utf8), signature: signature)
        }
      }
    }
  }
}
