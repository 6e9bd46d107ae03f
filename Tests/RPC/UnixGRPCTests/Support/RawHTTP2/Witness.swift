import Foundation
import Synchronization
import Testing

@testable import UnixGRPC

/// Runs `body` while a second, well-behaved connection makes calls continuously, each of which must succeed.
func withWitness(to path: String, _ body: () async throws -> Void) async throws {
  let client = GRPCClient(socketPath: path)
  let isOver = Atomic(false)
  async let calls: Void = {
    var request: UInt8 = 0
    repeat {
      request &+= 1
      let response = try await client.unary(.echo("Unary"), [request])
      #expect(response.message == [request])
    } while !isOver.load(ordering: .relaxed)
    // One more call, started after the hostile peer has finished.
    _ = try await client.unary(.echo("Unary"), [0])
  }()
  do { try await body() } catch {
    isOver.store(true, ordering: .relaxed)
    try await calls
    throw error
  }
  isOver.store(true, ordering: .relaxed)
  try await calls
  await client.close()
}

/// Resident memory of this process in bytes, excluding shared pages (proc(5), `statm`).
func residentBytes() -> Int {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
  let fields = text.split(separator: " ").compactMap { Int($0) }
  return (fields[1] - fields[2]) * Int(getpagesize())
}
