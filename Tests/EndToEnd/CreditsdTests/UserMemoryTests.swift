import CreditsClient
import Foundation
import RawCalls
import Testing

@Suite("A daemon with a caller that does not complete its messages", .serialized, .timeLimit(.minutes(3)))
struct UserMemoryTests {
  private static let method = "/credits.v1.WalletService/GetWallet"

  private func residentMebibytes(of daemon: RunningDaemon) throws -> Int {
    let path = "/proc/\(daemon.process.processIdentifier)/status"
    let status = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) / 1024
  }

  @Test("holds no more of them than the limit, and completes others of the same user", arguments: [64, nil])
  func halfSentMessages(mebibytes: Int?) async throws {
    let directory = try TestDirectory()
    let json = mebibytes.map { #"{"limits": {"memoryMebibytes": \#($0)}}"# } ?? "{}"
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    let client = try await daemon.client()
    _ = try await client.wallet.create("ada", idempotencyKey: "create")
    let before = try residentMebibytes(of: daemon)

    // 60 MB on each of 15 connections, as far as windows permit.
    let uploaders = try (0..<15).map { _ in
      try Uploader(
        connectingTo: daemon.socketPath,
        method: Self.method,
        calls: 15,
        byteCount: 4 << 20,
        unsentBytes: 1,
        streamWindow: 256 << 10
      )
    }
    // Until nobody can send more, but for the one whose turn it is.
    var isMore = true
    while isMore { isMore = uploaders.count { $0.advance() } > 1 }
    let grown = try residentMebibytes(of: daemon) - before
    let sent = uploaders.reduce(0) { $0 + $1.sentBytes } >> 20
    let limit = mebibytes ?? 256
    #expect(sent > limit / 2 && sent < limit + 64, "\(sent) MiB sent")
    #expect(grown < limit + 128, "\(grown) MiB more")
    #expect(uploaders.allSatisfy { $0.endedCalls == 0 })

    // Large messages of the same user, which need windows too, and small ones.
    for call in 0..<3 {
      let large = try Uploader(
        connectingTo: daemon.socketPath,
        method: Self.method,
        calls: 1,
        byteCount: 3 << 20,
        unsentBytes: 0,
        streamWindow: 256 << 10
      )
      while large.sentBytes < 3 << 20, !large.hasMissedAnswer { _ = large.advance() }
      #expect(!large.hasMissedAnswer)
      _ = try await client.wallet.grant("ada", .dollars(1), idempotencyKey: "grant \(call)")
    }
    #expect(uploaders.allSatisfy { $0.endedCalls == 0 && !$0.hasMissedAnswer })
    await client.close()
    #expect(daemon.stop(SIGKILL) != 0)
  }
}
