import Foundation
import Testing

@testable import UnixGRPC

@Suite("Peer credentials")
struct PeerCredentialsTests {
  @Test("are those of the calling process")
  func own() async throws {
    let whoami = MethodDefinition(
      "WhoAmI",
      .unary { _, context in Array("\(context.peer)".utf8) }
    )
    try await withServer([whoami]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let response = try await client.unary(.echo("WhoAmI"), [])
      let expected = PeerCredentials(processID: getpid(), userID: geteuid(), groupID: getegid())
      #expect(String(decoding: response.message, as: UTF8.self) == "\(expected)")
      await client.close()
    }
  }
}
