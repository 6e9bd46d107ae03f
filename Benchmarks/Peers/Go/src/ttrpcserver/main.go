// An echo server on ttrpc, as containerd's shims use it.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"

	"echottrpc"

	"github.com/containerd/ttrpc"
)

type echo struct{}

func (echo) Echo(_ context.Context, message *echottrpc.EchoMessage) (*echottrpc.EchoMessage, error) {
	return message, nil
}

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		log.Fatal(err)
	}
	echottrpc.RegisterEchoServiceService(server, echo{})
	fmt.Println("ready")
	log.Fatal(server.Serve(context.Background(), listener))
}
