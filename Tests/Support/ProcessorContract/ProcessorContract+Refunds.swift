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
      #expect(try await processor.findRefund(key: "r1") == first)
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
      #expect(try await processor.findRefund(key: "r1") == nil)
    }
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
