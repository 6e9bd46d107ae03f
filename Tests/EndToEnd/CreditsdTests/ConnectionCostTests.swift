import CreditsClient
import Foundation
import RawCalls
import Synchronization
import Testing
import UnixGRPC

/// What the bytes of one connection cost the others, and the log.
@Suite("A daemon with a hostile connection", .serialized, .timeLimit(.minutes(5)))
struct ConnectionCostTests {
  /// Runs `attack` again and again on another thread while an honest caller reads a wallet. Returns how long the reads took.
  private func reads(
    of client: CreditsClient,
    count: Int = 400,
    while attack: @escaping @Sendable () -> Void
  ) async throws -> [Duration] {
    let isOver = Atomic(false)
    let durations: [Duration]
    async let attacks: Void = withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while !isOver.load(ordering: .relaxed) { attack() }
        continuation.resume()
      }
    }
    do {
      var all: [Duration] = []
      for _ in 0..<count {
        let start = ContinuousClock.now
        _ = try await client.wallet.get("ada")
        all.append(ContinuousClock.now - start)
      }
      durations = all
    } catch {
      isOver.store(true, ordering: .relaxed)
      await attacks
      throw error
    }
    isOver.store(true, ordering: .relaxed)
    await attacks
    return durations.sorted()
  }

  private func withDaemon(
    options: [String] = [],
    _ body: (RunningDaemon, CreditsClient) async throws -> Void
  ) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: options)
    let client = try await daemon.client()
    _ = try await client.wallet.create("ada", idempotencyKey: "create")
    try await body(daemon, client)
    await client.close()
    #expect(daemon.stop() == 0)
  }

  /// A second of waiting is what was seen before; a committed read takes less than a millisecond.
  private static let bound = Duration.milliseconds(50)

  /// 4 MiB of unknown fields in 4 KB, which the daemon reads through and answers.
  private static let bomb = RawCaller.message(
    GzipCodec().compress([UInt8](repeating: 0x78, count: 4 << 20)),
    isCompressed: true
  )

  @Test("answers an honest caller at once while messages of the other inflate 1000:1")
  func inflation() async throws {
    try await withDaemon { daemon, client in
      let path = daemon.socketPath
      let durations = try await reads(of: client) {
        guard let caller = try? RawCaller(connectingTo: path) else { return }
        caller.send(RawCaller.preface)
        for call in 0..<200 {
          let stream = UInt32(2 * call + 1)
          let fields = [("grpc-encoding", "gzip")]
          let headers = RawCaller.headers(stream, path: "/grpc.health.v1.Health/Check", adding: fields)
          guard caller.send(headers + RawCaller.frame(0, 1, stream, Self.bomb)) else { break }
          caller.drain()
        }
        caller.shutDown()
      }
      let (middle, slow) = (durations[durations.count / 2], durations[durations.count * 95 / 100])
      #expect(middle < Self.bound)
      #expect(slow < Self.bound * 4)
    }
  }

  @Test("answers an honest caller at once while headers of the others are one-byte references to kilobytes")
  func headerReferences() async throws {
    try await withDaemon { daemon, client in
      let path = daemon.socketPath
      let value = [UInt8](repeating: 0x78, count: 3900)
      let entry: [UInt8] = [0x40, 1, 0x78, 0x7F, 0xBD, 0x1D] + value
      let references = [UInt8](repeating: 0xBE, count: 16_000)
      let cuts = Atomic(0)
      let durations = try await reads(of: client) {
        guard let caller = try? RawCaller(connectingTo: path) else { return }
        caller.send(RawCaller.preface + RawCaller.frame(1, 5, 1, entry))
        var isOpen = true
        for call in 1..<1000 where isOpen {
          isOpen = caller.send(RawCaller.frame(1, 5, UInt32(2 * call + 1), references))
        }
        if !isOpen { cuts.add(1, ordering: .relaxed) }
      }
      let middle = durations[durations.count / 2]
      #expect(middle < Self.bound)
      #expect(cuts.load(ordering: .relaxed) > 0)
    }
  }

  private func residentKilobytes(of daemon: RunningDaemon) throws -> Int {
    let path = "/proc/\(daemon.process.processIdentifier)/status"
    let status = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  }

  @Test("keeps nothing of connections that are closed as soon as they are made")
  func connectAndClose() async throws {
    try await withDaemon { daemon, client in
      func connect(_ count: Int) async throws {
        for _ in 0..<count { _ = try RawCaller(connectingTo: daemon.socketPath) }
        // Connections are accepted in order: those before this one are over.
        let last = try await daemon.client()
        _ = try await last.wallet.get("ada")
        await last.close()
      }
      // What the process needs for the first ones, it keeps.
      try await connect(2000)
      let before = try residentKilobytes(of: daemon)
      try await connect(20_000)
      let after = try residentKilobytes(of: daemon)
      #expect(after - before < 8 * 1024, "\(before) to \(after) KB")
    }
  }

  @Test("writes no line that a caller made up, and counts refused calls rather than write them all")
  func callLog() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls"])
    let client = try await daemon.client()
    _ = try await client.wallet.create("ada", idempotencyKey: "create")
    let caller = try RawCaller(connectingTo: daemon.socketPath)
    caller.send(RawCaller.preface)
    let forged = "2026-12-01T00:00:00+0000 critical creditsd: forged"
    caller.send(RawCaller.headers(1, path: "/x\r\n\(forged)\r\n", ends: true))
    caller.send(RawCaller.headers(3, path: "/\u{1B}[2J\u{1B}[1m", ends: true))
    caller.send(RawCaller.headers(5, path: "/é", ends: true))
    for call in 3..<20_000 {
      guard caller.send(RawCaller.headers(UInt32(2 * call + 1), path: "/credits.v1.Nothing/\(call)", ends: true)) else {
        Issue.record("the connection was closed")
        break
      }
      if call.isMultiple(of: 100) { caller.drain() }
    }
    // The answer to a PING comes after all calls were taken.
    caller.send(RawCaller.frame(6, 0, 0, [7, 7, 7, 7, 7, 7, 7, 7]))
    let answer = RawCaller.frame(6, 1, 0, [7, 7, 7, 7, 7, 7, 7, 7])
    _ = caller.read {
      $0.suffix(2 * answer.count).contains(7) && $0.count >= answer.count && $0.suffix(8) == answer.suffix(8)
    }
    caller.shutDown()
    await client.close()
    #expect(daemon.stop() == 0)

    let text = daemon.errorText()
    #expect(!text.contains("\u{1B}"))
    #expect(
      !text.split(separator: "\n").contains { $0.hasPrefix(forged.prefix(40)) || $0.contains("critical creditsd") }
    )
    #expect(text.contains("/%C3%A9"))
    #expect(text.contains("CreateWallet"))
    #expect(text.utf8.count < 200_000)
    #expect(text.split(separator: "\n").contains { $0.contains("refused calls") && $0.contains("count=") })
  }
}
