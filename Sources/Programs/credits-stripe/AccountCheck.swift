import Ledger
import Logging
import PaymentProcessing
import ProcessorRPC
import StripeProcessor

/// Asks Stripe whose account the key is for, until it answers, and says so in the log and in health: a wrong key would
/// otherwise show only when somebody pays.
struct AccountCheck: Sendable {
  /// The delay between two attempts.
  private static let pause = Duration.seconds(30)

  let processor: StripeProcessor
  let server: ProcessorServer
  let logger: Logger

  func run() async {
    var reported: String?
    while !Task.isCancelled {
      do throws(ProcessorFailure) {
        let account = try await processor.describeAccount()
        let mode = account.isLive ? "live" : "test"
        logger.notice("charges are made for an account", metadata: ["account": "\(account.id)", "mode": "\(mode)"])
        return server.setServing(true)
      } catch {
        server.setServing(false)
        let reason = "\(error)"
        if reason != reported { logger.error("Stripe does not say whose account the key is for: \(reason)") }
        reported = reason
      }
      guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
    }
  }
}
