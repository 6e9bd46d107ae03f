import Testing

@testable import UnixGRPC

@Suite("The shares of users in a server's connections")
struct ConnectionSharesTests {
  /// Connections that `user` gets if it asks until it is refused.
  private func fill(_ shares: inout ConnectionShares, _ user: UInt32, limit: Int = .max) -> Int {
    var count = 0
    while shares.admit(user, limit: limit) == nil { count += 1 }
    return count
  }

  @Test("leave room for another user, however many users take all that they get")
  func others() {
    var shares = ConnectionShares(maximum: 100)
    #expect(fill(&shares, 1) == 50)
    #expect(fill(&shares, 2) == 25)
    let third = fill(&shares, 3)
    #expect(third == 13)
    for user in 4..<100 as Range<UInt32> where shares.count < 100 { #expect(fill(&shares, user) >= 1) }
    #expect(shares.count == 100)
    #expect(shares.admit(1000, limit: .max) == .ofAll(limit: 100))
  }

  @Test("are no more than the user's own limit")
  func ownLimit() {
    var shares = ConnectionShares(maximum: 100)
    #expect(fill(&shares, 1, limit: 3) == 3)
    #expect(shares.admit(1, limit: 3) == .ofUser(limit: 3))
    #expect(shares.admit(2, limit: 3) == nil)
  }

  @Test("come back when connections close")
  func release() {
    var shares = ConnectionShares(maximum: 10)
    let count = fill(&shares, 1)
    shares.release(1)
    #expect(shares.count == count - 1)
    #expect(shares.admit(1, limit: .max) == nil)
    for _ in 0..<count { shares.release(1) }
    #expect(shares.count == 0)
    shares.release(1)
    #expect(shares.count == 0)
    #expect(fill(&shares, 2) == 5)
  }

  @Test(
    "are of what the limit of descriptors leaves beside those in use and the reserve",
    arguments: [(64, 14, 26), (1024, 14, 986), (64, 60, 8), (3, 3, 8)]
  )
  func maximum(descriptors: Int, used: Int, maximum: Int) {
    #expect(ConnectionShares.maximum(descriptors: descriptors, used: used) == maximum)
  }
}

@Suite("Episodes of refusals")
struct RefusalEpisodesTests {
  @Test("begin with the first refusal and end after an interval without one, with their number")
  func episode() {
    var episodes = RefusalEpisodes<String>()
    #expect(episodes.refuse("ada") == true)
    #expect(episodes.refuse("ada") == false)
    #expect(episodes.passInterval().isEmpty)
    #expect(episodes.refuse("ada") == false)
    #expect(episodes.passInterval().isEmpty)
    #expect(episodes.isAnyOpen)
    let ended = episodes.passInterval()
    #expect(ended.map(\.subject) == ["ada"] && ended.map(\.count) == [3])
    #expect(!episodes.isAnyOpen)
    #expect(episodes.refuse("ada") == true)
  }

  @Test("are kept apart by their subject, for a bounded number of subjects")
  func subjects() {
    var episodes = RefusalEpisodes<Int>()
    let begun = (0..<1000).count { episodes.refuse($0) }
    #expect(begun == RefusalEpisodes<Int>.maximumSubjects)
    #expect(episodes.endAll().count == begun)
    #expect(!episodes.isAnyOpen)
  }
}
