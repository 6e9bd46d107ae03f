import Foundation
import Ledger
import PaymentProcessing
import SimulatedProcessor
import Synchronization
import Testing

@Suite("A simulated processor with a fault plan")
struct FaultTests {
  private let file = SimulatedProcessorTests.File()

  private func request(_ number: Int, token: String = "pm_card_visa") -> ChargeRequest {
    ChargeRequest(
      key: "k\(number)",
      rechargeID: RechargeID("r\(number)"),
      walletID: WalletID("w"),
      amount: Money(micros: 10_000_000, currency: .usd),
      token: PaymentMethodToken(token)
    )
  }

  private func outcome(of body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "answer"
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "meets each fault before or after its effect, without revealing which",
    arguments: [
      ("time-out-before", [0]), ("time-out-after", [1]), ("server-error", [0, 1]), ("rate-limited", [0]),
      ("reset", [0, 1]),
    ]
  )
  func effects(fault: String, effects: [Int]) async throws {
    var seen: Set<Int> = []
    for seed in 1...20 {
      let file = SimulatedProcessorTests.File()
      let processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("\(fault)=1,seed=\(seed)"))
      do throws(ProcessorFailure) {
        _ = try await processor.createCharge(request(1))
        Issue.record("there was an answer")
      } catch {
        guard case .outcomeUnknown = error else { throw error }
      }
      seen.insert(processor.paidCharges)
    }
    #expect(seen.sorted() == effects)
  }

  @Test("blind lookups find nothing, and slow requests are slow before or after the effect")
  func lookups() async throws {
    var processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("slow=1,slowness=1"))
    let charge = try await processor.createCharge(request(1))
    processor.close()
    processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("slow-answer=1,slowness=1"))
    #expect(try await processor.findCharge(key: "k1") == charge)
    processor.close()
    processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("blind-lookup=1"))
    let found = [try await processor.findCharge(key: "k1"), try await processor.findCharge(id: charge.id)]
    #expect(found == [nil, charge])
    #expect(try await processor.createCharge(request(1)) == charge)
  }

  @Test("answers a key for which a failure is stored with it, across restarts, whether the charge was made or not")
  func storedFailures() async throws {
    var seen: Set<Int> = []
    for seed in 1...20 {
      let file = SimulatedProcessorTests.File()
      let failing = try SimulatedProcessor(path: file.path, faults: try FaultPlan("stored-failure=1,seed=\(seed)"))
      await #expect(throws: ProcessorFailure.self) { try await failing.createCharge(request(1)) }
      let made = failing.paidCharges
      failing.close()
      let processor = try SimulatedProcessor(path: file.path)
      for _ in 1...3 {
        await #expect(throws: ProcessorFailure.outcomeUnknown("500, stored for the key")) {
          try await processor.createCharge(request(1))
        }
      }
      #expect(try await processor.findCharge(key: "k1")?.status == (made == 1 ? .paid : nil))
      #expect(try await processor.createCharge(request(2)).status == .paid)
      #expect(processor.paidCharges == made + 1)
      seen.insert(made)
    }
    #expect(seen == [0, 1])
  }

  @Test("carries out late what it has not answered")
  func lateEffects() async throws {
    let sent = AsyncStream<SignedEvent>.makeStream()
    let plan = try FaultPlan("late-effect=1,lateness=1")
    let processor = try SimulatedProcessor(path: file.path, faults: plan, sends: { sent.continuation.yield($0) })
    await #expect(throws: ProcessorFailure.self) { try await processor.createCharge(request(1)) }
    var events = sent.stream.makeAsyncIterator()
    _ = await events.next()
    #expect(processor.paidCharges == 1)
  }

  @Test("answers about another charge or refund")
  func otherAnswers() async throws {
    let first = try SimulatedProcessor(path: file.path)
    let charge = try await first.createCharge(request(1))
    first.close()
    let processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("other-answer=1"))
    let answers = [
      try await processor.createCharge(request(1)), try await processor.findCharge(key: "k1"),
      try await processor.findCharge(id: charge.id), try await processor.cancelCharge(key: "k1"),
    ]
    #expect(answers.allSatisfy { $0 != nil && $0?.id != charge.id && $0?.rechargeID != charge.rechargeID })
    #expect(try await processor.findRefund(key: "f1", chargeID: charge.id)?.key != "f1")
  }

  @Test("shows by key what has changed only after the search lag, and by id at once")
  func searchLag() async throws {
    let lagging = try SimulatedProcessor(path: file.path, faults: try FaultPlan("search-lag=3600000"))
    let charge = try await lagging.createCharge(request(1, token: "pm_card_authenticationRequired"))
    #expect(try await lagging.findCharge(key: "k1") == nil)
    #expect(try await lagging.findCharge(id: charge.id) == charge)
    let refund = RefundRequest(key: "f1", chargeID: charge.id, rechargeID: charge.rechargeID, amount: charge.amount)
    try lagging.authenticateCardholder(key: "k1")
    let made = try await lagging.refundCharge(refund)
    #expect(try await lagging.findRefund(key: "f1", chargeID: charge.id) == nil)
    lagging.close()
    let processor = try SimulatedProcessor(path: file.path)
    #expect(try await processor.findCharge(key: "k1")?.status == .paid)
    #expect(try await processor.findRefund(key: "f1", chargeID: charge.id) == made)
  }

  @Test("fails in the same way for the same seed only")
  func seeds() async throws {
    var runs: [[String]] = []
    for seed in [7, 7, 8] {
      let file = SimulatedProcessorTests.File()
      let processor = try SimulatedProcessor(path: file.path, faults: try FaultPlan("all=0.6,slowness=0,seed=\(seed)"))
      var outcomes: [String] = []
      for number in 1...100 {
        outcomes.append(await outcome { _ = try await processor.createCharge(request(number)) })
      }
      runs.append(outcomes + ["\(processor.paidCharges)"])
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
    #expect(Set(runs[0]).count > 4)
  }

  @Test("charges once for a caller that retries until it gets an answer, across restarts")
  func asksAgain() async throws {
    var unknown = 0
    for round in 0..<4 {
      let plan = try FaultPlan("all=0.5,slowness=0,seed=\(round)")
      let processor = try SimulatedProcessor(path: file.path, faults: plan)
      for number in 1...100 {
        while true {
          do throws(ProcessorFailure) {
            #expect(try await processor.createCharge(request(number)).status == .paid)
            break
          } catch {
            guard case .outcomeUnknown = error else { throw error }
            unknown += 1
          }
        }
      }
      #expect(processor.paidCharges == 100)
      processor.close()
    }
    #expect(unknown > 100)
  }

  @Test("sends every event, some twice and some out of order")
  func events() async throws {
    let sent = Mutex<[SignedEvent]>([])
    let plan = try FaultPlan("duplicate-events=0.3,reordered-events=0.5,seed=3")
    let processor = try SimulatedProcessor(
      path: file.path,
      faults: plan,
      sends: { event in sent.withLock { $0.append(event) } }
    )
    for number in 1...100 { _ = try await processor.createCharge(request(number)) }
    processor.close()
    var numbers: [Int] = []
    for event in sent.withLock({ $0 }) {
      let id = try await processor.parseEvent(payload: event.payload, signature: event.signature).id
      numbers.append(try #require(Int(id.split(separator: "_").last ?? "")))
    }
    #expect(Set(numbers) == Set(1...100))
    #expect(numbers.count > 110)
    #expect(zip(numbers, numbers.dropFirst()).contains { $0 > $1 })
  }

  @Test("lists its current books, even while it runs and after a torn line")
  func listing() async throws {
    let processor = try SimulatedProcessor(path: file.path)
    let paid = try await processor.createCharge(request(1))
    let declined = try await processor.createCharge(request(2, token: "pm_card_visa_chargeDeclined"))
    let processing = try await processor.createCharge(request(3, token: "pm_sim_processing"))
    _ = try await processor.findCharge(key: "k3")
    let disputed = try await processor.createCharge(request(4, token: "pm_sim_disputeLost"))
    let dispute = try #require(processor.disputes.first)
    let request = RefundRequest(
      key: "f\t1",
      chargeID: paid.id,
      rechargeID: paid.rechargeID,
      amount: Money(micros: 2_500_000, currency: .usd)
    )
    let refund = try await processor.refundCharge(request)
    let charges = [
      "charge\t\(paid.id)\tr1\t10000000\tUSD\tpaid\t",
      "charge\t\(declined.id)\tr2\t10000000\tUSD\tdeclined\tgeneric_decline",
      "charge\t\(processing.id)\tr3\t10000000\tUSD\tpaid\t",
      "charge\t\(disputed.id)\tr4\t10000000\tUSD\tpaid\t",
    ]
    let expected =
      charges.sorted() + [
        "refund\t\(refund.id)\t\(paid.id)\t2500000\tUSD\trefunded\t",
        "dispute\t\(dispute.id)\t\(disputed.id)\t10000000\tUSD\tlost",
      ]
    #expect(try BookListing(path: file.path).lines == expected)
    processor.close()
    try (Data(contentsOf: URL(filePath: file.path)) + Data("charge\tk5".utf8)).write(to: URL(filePath: file.path))
    #expect(try BookListing(path: file.path).lines == expected)
    #expect(throws: (any Error).self) { try BookListing(path: file.path + "-none") }
  }

  @Test(
    "rejects an invalid fault plan with a reason",
    arguments: ["fast=1", "slow=2", "slow", "slow=-1", "all=x", "slow=0.6,reset=0.6", "seed=-1", "slowness=1.5"]
  )
  func plans(text: String) throws {
    #expect(throws: FaultPlan.ParseError.self) { try FaultPlan(text) }
  }
}
