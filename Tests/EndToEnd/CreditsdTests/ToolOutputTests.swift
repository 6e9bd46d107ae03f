import CreditsClient
import Foundation
import Testing

@Suite("creditsctl with creditsd")
struct ToolOutputTests {
  private func run(_ arguments: [String], _ daemon: RunningDaemon) throws -> (output: String, errors: String) {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = RunningDaemon.program("creditsctl")
    process.arguments = arguments + ["--socket", "unix:" + daemon.socketPath]
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let texts = [output, errors].map { pipe in
      String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return (texts[0], texts[1])
  }

  @Test("shows what a wallet without credits has, a list without entries, and each sentence once")
  func nothing() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    #expect(try run(["call", "ListWallets", "--compact"], daemon).output == "{\"wallets\":[]}\n")
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let wallet = try run(["call", "GetWallet", #"{"walletId": "ada"}"#, "--compact"], daemon).output
    for field in ["posted", "held", "available"] {
      #expect(wallet.contains("\"\(field)\":{\"currencyCode\":\"USD\",\"micros\":\"0\"}"), "\(wallet)")
    }
    let invalid = try run(["call", "GetWallet", "{}"], daemon).errors
    let sentence = "must have 1 to 255 bytes"
    #expect(invalid.contains(sentence) && invalid.components(separatedBy: sentence).count == 2, "\(invalid)")
    #expect(invalid.contains("  field wallet_id\n"), "\(invalid)")
    await credits.close()
    #expect(daemon.stop() == 0)
  }
}
