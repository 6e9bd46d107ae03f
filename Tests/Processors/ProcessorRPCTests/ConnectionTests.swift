import Foundation
import Ledger
import PaymentProcessing
import ProcessorAPI
import ProcessorRPC
import SimulatedProcessor
import Synchronization
import Testing
import UnixGRPC

@Suite("A missing, silent or foreign processor")
struct ConnectionTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func reason(of body: () async throws -> Void) async -> String? {
    do {
      try await body()
      return nil
    } catch ProcessorFailure.outcomeUnknown(let reason) {
      return reason
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test("no server: the outcome is unknown")
  func nobody() async throws {
    let remote = RemoteProcessor(socketPath: directory.socketPath, userID: getuid())
    #expect(await reason { _ = try await remote.createCharge(.tenDollars) }?.hasPrefix("UNAVAILABLE") == true)
    await remote.close()
  }

  @Test("no answer in time: the outcome is unknown, and the charge may exist")
  func late() async throws {
    let asked = Mutex(false)
    let stub = StubProcessor(charges: { _ in
      asked.withLock { $0 = true }
      try await Task.sleep(for: .seconds(3600))
      throw GRPCStatus(code: .internal, message: "")
    })
    var timeouts = RemoteProcessor.Timeouts()
    timeouts.effect = .milliseconds(200)
    let served = try await ServedProcessor(stub: stub, in: directory, timeouts: timeouts)
    let reason = await reason { _ = try await served.remote.createCharge(.tenDollars) }
    #expect(reason?.hasPrefix("DEADLINE_EXCEEDED") == true)
    #expect(asked.withLock { $0 })
    await served.close()
  }

  @Test("a server of another user gets no request")
  func anothersServer() async throws {
    let asked = Mutex(0)
    let processor = try SimulatedProcessor(
      path: directory.path + "/books",
      receives: { _ in asked.withLock { $0 += 1 } }
    )
    let served = try await ServedProcessor(processor, in: directory, expecting: getuid() + 1)
    let reason = await reason { _ = try await served.remote.createCharge(.tenDollars) }
    #expect(reason?.contains("runs as user \(getuid())") == true)
    #expect(asked.withLock { $0 } == 0)
    await served.close()
  }

  @Test("a caller of another user is denied")
  func anothersCall() async throws {
    let asked = Mutex(0)
    let processor = try SimulatedProcessor(
      path: directory.path + "/books",
      receives: { _ in asked.withLock { $0 += 1 } }
    )
    let served = try await ServedProcessor(processor, in: directory, caller: getuid() + 1)
    let reason = await reason { _ = try await served.remote.createCharge(.tenDollars) }
    #expect(reason?.hasPrefix("PERMISSION_DENIED") == true)
    #expect(asked.withLock { $0 } == 0)
    await served.close()
  }

  @Test("the client reconnects to a restarted processor")
  func comesBack() async throws {
    let remote = RemoteProcessor(socketPath: directory.socketPath, userID: getuid())
    for round in 1...3 {
      let processor = try SimulatedProcessor(path: directory.path + "/books")
      let served = try await ServedProcessor(processor, in: directory)
      var request = ChargeRequest.tenDollars
      request.token = PaymentMethodToken("pm_card_visa")
      // The client reconnects after at most a second. Until then, calls fail immediately.
      var charge: ChargeResult?
      while await reason(of: { charge = try await remote.createCharge(request) }) != nil { await Task.yield() }
      #expect(charge?.status == .paid)
      #expect(processor.paidCharges == 1)
      await served.close()
      processor.close()
      let reason = await reason { _ = try await remote.createCharge(request) }
      #expect(reason != nil, "round \(round)")
    }
    await remote.close()
  }
}
