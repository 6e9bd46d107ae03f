package import Ledger
import LedgerEngine
import PaymentProcessing

/// Takes the processor's events into the ledger: disputes, refunds and changes of cards that were not made by it.
///
/// Events are fetched, so that none is missed while the daemon is away or nothing forwards the processor's webhooks. Each
/// has one effect, however often it is read. The ledger keeps the cursor behind the events that it has taken.
package struct EventPoller: Sendable {
  /// The time between two polls.
  package static let interval = Duration.seconds(30)
  private static let eventsPerPage = 100
  /// How old the ledger's cursor gets while nothing happens, in microseconds. Processors honour a cursor for 29 days.
  private static let longestStay: Int64 = 86_400_000_000

  private let worker: RechargeWorker

  /// - Parameter worker: Commits what the events tell. Its ledger, processor and clock are the poller's too.
  package init(_ worker: RechargeWorker) { self.worker = worker }

  private var driver: SettlementDriver { worker.driver }

  /// Polls until its task is cancelled.
  package func run() async {
    guard driver.processor.isConfigured else { return }
    var lastAdvance: LedgerTime?
    var isFailing = false
    while !Task.isCancelled {
      do {
        try await poll(&lastAdvance)
        isFailing = false
      } catch is CancellationError {
        return
      } catch {
        // One line for each outage: the processor may be away for days.
        if !isFailing {
          driver.logger.warning("the processor's events cannot be read", metadata: ["reason": "\(error)"])
        }
        isFailing = true
      }
      do { try await driver.sleep(Self.interval) } catch { return }
    }
  }

  /// Takes all events that there are. The cursor stays before an event that has to be read again.
  package func poll(_ lastAdvance: inout LedgerTime?) async throws {
    var cursor = try await driver.committer.submit(GetLedgerFacts()).result.get().eventCursor
    var isComplete = true
    var page: ProcessorEventPage
    repeat {
      page = try await driver.processor.listEvents(after: cursor, limit: Self.eventsPerPage)
      for event in page.events where try await !take(event) { isComplete = false }
      cursor = page.cursor
      guard isComplete else { continue }
      let now = driver.clock().time
      let isDue = lastAdvance.map { now.microseconds(since: $0) >= Self.longestStay } ?? true
      guard isDue || !page.events.isEmpty else { continue }
      _ = try await driver.committer.submit(AdvanceEventCursor(to: page.cursor))
      lastAdvance = now
    } while page.hasMore
  }

  /// Returns whether the event is done with. False if it has to be read again.
  private func take(_ event: ProcessorEvent) async throws -> Bool {
    do {
      _ = try await worker.ingest(event)
      return true
    } catch let failure as ProcessorFailure {
      driver.logger.info(
        "an event of the processor cannot be taken yet",
        metadata: ["event_id": "\(event.id)", "reason": "\(failure)"]
      )
      return false
    } catch is Refusal {
      // The worker has raised an alarm, and reading the event again would change nothing.
      return true
    }
  }
}
