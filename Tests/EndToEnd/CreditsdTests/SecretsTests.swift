import CreditsClient
import Foundation
import Testing
import UnixGRPC

@Suite("Secrets that callers send", .timeLimit(.minutes(3)))
struct SecretsTests {
  /// A text that must not appear in logs or files.
  struct Canary {
    let text: String
    let isCardNumber: Bool

    static let all = [
      Canary(text: "4242424242424242", isCardNumber: true), Canary(text: "5555-5555-5555-4444", isCardNumber: true),
      Canary(text: "3782 822463 10005", isCardNumber: true),
      Canary(text: "sk_live_51CanaryKeyCanaryKey", isCardNumber: false),
      Canary(text: "pm_1CanaryTokenCanaryToken", isCardNumber: false),
    ]
  }

  struct Answer {
    let field: TextField
    let canary: Canary
    let status: GRPCStatus

    /// Everything in it that a caller may show or log.
    var text: String { "\(status) \(status.message) \(status.details)" }
    var reason: String? {
      status.details.compactMap { if case .errorInfo(let info) = $0 { info.reason } else { nil } }.first
    }
  }

  @Test("are in no log, and in the ledger's files and error texts only if they were used as identifiers")
  func everyField() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-level", "trace", "--log-calls"])
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("w", idempotencyKey: "create")
    await credits.close()
    let client = GRPCClient(socketPath: daemon.socketPath)
    let every = try EveryField()
    #expect(every.fields.count > 60)
    var answers: [Answer] = []
    // Test fields other than identifiers first: the files that hold a canary then cannot have it from an identifier.
    let texts = every.fields.filter { !$0.isIdentifier }
    #expect(texts.contains { $0.path.last == "payment_method_token" } && texts.contains { $0.path.last == "memo" })
    for field in texts { answers += try await push(every, field, through: client) }
    daemon.kill()
    try expectNone(in: "the ledger", try files(of: directory.path("ledger")))
    try expectNone(in: "the log", [("standard error", Data(daemon.errorText().utf8))])

    let second = try RunningDaemon(in: directory, options: ["--log-level", "trace", "--log-calls"])
    let later = GRPCClient(socketPath: second.socketPath)
    _ = try await later.unary(
      MethodName(service: "grpc.health.v1.Health", method: "Check"),
      [],
      options: CallOptions(timeout: .seconds(30), waitsForReady: true)
    )
    for field in every.fields where field.isIdentifier { answers += try await push(every, field, through: later) }
    await client.close()
    await later.close()
    second.kill()
    try expectNone(in: "the log", [("standard error", Data(second.errorText().utf8))])

    for answer in answers where !answer.field.isIdentifier || answer.field.isSecret {
      #expect(!answer.text.contains(answer.canary.text), "\(answer.field): \(answer.text)")
    }
    for answer in answers where answer.canary.isCardNumber && !answer.field.isIdentifier {
      #expect(answer.reason == "CARD_NUMBER_REFUSED", "\(answer.field): \(answer.text)")
      #expect(answer.status.message.contains("card number"), "\(answer.status.message)")
    }
  }

  /// Sends the field once with each canary; a response counts as OK.
  private func push(_ every: EveryField, _ field: TextField, through client: GRPCClient) async throws -> [Answer] {
    var answers: [Answer] = []
    for (number, canary) in Canary.all.enumerated() {
      let request = try every.request(canary.text, in: field, key: "\(field) \(number)")
      var status = GRPCStatus(code: .ok, message: "")
      do {
        let call = try await client.startCall(field.method, options: CallOptions(timeout: .seconds(20)))
        defer { call.cancel() }
        try await call.send(request)
        call.finishSending()
        // Watches never end.
        for try await _ in call.responses { break }
      } catch let refusal as GRPCStatus {
        status = refusal
      }
      answers.append(Answer(field: field, canary: canary, status: status))
    }
    return answers
  }

  private func expectNone(in place: String, _ contents: [(name: String, bytes: Data)]) throws {
    #expect(contents.contains { !$0.bytes.isEmpty }, "\(place) is empty")
    for (name, bytes) in contents {
      for canary in Canary.all {
        let digits = canary.isCardNumber ? canary.text.filter(\.isNumber) : canary.text
        for text in Set([canary.text, digits]) {
          #expect(!bytes.holds(text), "\(text) is in \(place): \(name)")
        }
      }
    }
  }

  @Test("would be found in a file", arguments: ["", "x", String(repeating: "4", count: 100_000)])
  func finds(before: String) {
    let text = Data("\(before)4242424242424242\(before)".utf8)
    #expect(text.holds("4242424242424242"))
    #expect(!text.holds("4242424242424243"))
  }

  /// The database and its log, as left by SIGKILL.
  private func files(of directory: String) throws -> [(name: String, bytes: Data)] {
    try FileManager.default.contentsOfDirectory(atPath: directory).map { name in
      (name, try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
    }
  }
}

extension Data {
  /// Searches with memchr(3), because the files are long.
  fileprivate func holds(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return false }
      var offset = 0
      while offset + wanted.count <= bytes.count,
        let found = memchr(start + offset, Int32(wanted[0]), bytes.count - wanted.count - offset + 1)
      {
        if memcmp(found, wanted, wanted.count) == 0 { return true }
        offset = start.distance(to: found) + 1
      }
      return false
    }
  }
}
