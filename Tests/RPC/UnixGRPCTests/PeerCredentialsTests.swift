import Foundation
import Testing

@testable import UnixGRPC

@Suite("Peer credentials")
struct PeerCredentialsTests {
  private static var ownGroups: [UInt32] {
    var groups = [UInt32](repeating: 0, count: Int(getgroups(0, nil)))
    getgroups(Int32(groups.count), &groups)
    return groups
  }

  @Test("are those of the calling process")
  func own() async throws {
    let whoami = MethodDefinition(
      "WhoAmI",
      .unary { _, context in Array("\(context.peer)".utf8) }
    )
    try await withServer([whoami]) { path, _ in
      let client = GRPCClient(socketPath: path)
      let response = try await client.unary(.echo("WhoAmI"), [])
      let expected = PeerCredentials(
        processID: getpid(),
        userID: geteuid(),
        groupID: getegid(),
        supplementaryGroupIDs: Self.ownGroups
      )
      #expect(String(decoding: response.message, as: UTF8.self) == "\(expected)")
      await client.close()
    }
  }
}
