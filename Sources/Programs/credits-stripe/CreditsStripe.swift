import ArgumentParser
import CreditsVersion
import Logging
import ProcessorRPC
import ServiceProcess
import StripeProcessor
import UnixGRPC

/// Serves Stripe as a payment processor on a Unix socket.
@main
struct CreditsStripe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits-stripe",
    abstract: "Serves Stripe as a payment processor, for creditsd --processor unix:PATH.",
    discussion: """
      The secret key comes from --key-file, or from the credential stripe-key (systemd, LoadCredential=); what webhooks \
      are signed with from --webhook-secret-file, or from the credential stripe-webhook-secret. Neither is ever taken \
      from an argument or from the environment, or written anywhere.
      """,
    version: CreditsVersion.current
  )

  @OptionGroup var listening: ProcessorSocketOptions

  @Option(help: ArgumentHelp("The file that holds Stripe's secret key, which others may not read.", valueName: "path"))
  var keyFile: String?

  @Option(
    help: ArgumentHelp(
      "The file that holds the secret of the webhook (whsec_…), or several on lines of their own while one is replaced; without it, no event that is sent is genuine.",
      valueName: "path"
    )
  )
  var webhookSecretFile: String?

  @Option(help: ArgumentHelp("Where the API is, for a stand-in on this machine.", valueName: "url"))
  var apiBase: String?

  @Option(
    help: ArgumentHelp(
      "The page of yours to which cardholders come back when they have agreed to a charge, with payment_intent=ID added. Without it, charges that need their cardholder fail.",
      valueName: "url"
    )
  )
  var returnURL: String?

  @Flag(help: "Let Stripe send a receipt for each charge to the card's billing address by e-mail.")
  var receipts = false

  @Option(help: ArgumentHelp("What receipts and Stripe's dashboard say about a charge.", valueName: "text"))
  var description: String?

  @Option(
    help: ArgumentHelp("What follows the account's prefix on cardholders' statements.", valueName: "text")
  )
  var statementDescriptorSuffix: String?

  static func main() async {
    ServiceProcess.prepare()
    Proxies.allowOnlyForHTTPS()
    await main(nil)
  }

  func run() async throws {
    try await ServiceProcess.run(serve)
  }

  private func serve() async throws {
    let logger = Logger(label: "credits-stripe")
    guard let keyPath = Credentials.path(named: "stripe-key", file: keyFile) else {
      throw ValidationError("there is no secret key: name its file with --key-file")
    }
    let webhookPath = Credentials.path(named: "stripe-webhook-secret", file: webhookSecretFile)
    let processor = StripeProcessor(
      address: try apiBase.map { try StripeAddress($0) } ?? .stripe,
      key: try StripeKey(try StripeSecret(path: keyPath)),
      webhookSecrets: try webhookPath.map { try StripeSecret.all(path: $0).map { try WebhookSecret($0) } } ?? [],
      returnPage: try returnURL.map { try ReturnPage($0) },
      texts: try ChargeTexts(
        sendsReceipts: receipts,
        description: description,
        statementSuffix: statementDescriptorSuffix
      ),
      logger: logger
    )
    let server = try ProcessorServer(
      processor,
      socket: listening.source,
      callerUserID: listening.callerUserID,
      logger: logger
    )
    // Trap the signals before reporting that the server is serving.
    let trapping = await ServiceProcess.trapSignals(logger) { _ in server.beginGracefulShutdown() }
    defer { trapping.cancel() }
    let check = Task { await AccountCheck(processor: processor, server: server, logger: logger).run() }
    defer { check.cancel() }
    try await server.run { logger.info("serving") }
  }
}
