// Command interop checks a node's ledger with libraries that know nothing of Delta Hub:
// the signed note of golang.org/x/mod and the RFC 6962 proofs of transparency-dev/merkle.
//
//	interop -trust trust.json -node 32 -hub http://127.0.0.1:4101 -token token.txt -transfer transfer-…
//	interop -trust trust.json -node 32 -proof proof.json
//	interop -trust trust.json -bundle evidence.zip -witnesses 2
//
// It prints one line per verified entry or bundle and ends with 0 only if there was at least one and all verified.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func run() error {
	trust := flag.String("trust", "", "file with the trust list")
	node := flag.String("node", "", "the node whose ledger is checked")
	file := flag.String("proof", "", "file with one proof")
	hub := flag.String("hub", "", "address of the node, without a path")
	token := flag.String("token", "", "file with an officer's token")
	transfer := flag.String("transfer", "", "the transfer whose facts are checked")
	bundle := flag.String("bundle", "", "file with evidence for one event")
	witnesses := flag.Int("witnesses", 0, "how many cosignatures the evidence must have at least")
	flag.Parse()

	list, err := readTrust(*trust)
	if err != nil {
		return err
	}
	if *bundle != "" {
		return sayBundle(list, *bundle, *witnesses)
	}
	log, err := list.logOf(*node)
	if err != nil {
		return err
	}
	proofs, err := collect(*file, *hub, *token, *transfer)
	if err != nil {
		return err
	}
	for _, p := range proofs {
		if err := log.verify(p); err != nil {
			return fmt.Errorf("entry %d: %w", p.Index, err)
		}
		fmt.Printf("entry %d of %d in %s: inclusion and checkpoint verified\n", p.Index, p.TreeSize, log.origin)
	}
	if *hub != "" {
		note, err := fetchCheckpoint(*hub)
		if err != nil {
			return err
		}
		head, err := log.open(note)
		if err != nil {
			return fmt.Errorf("published checkpoint: %w", err)
		}
		fmt.Printf("published checkpoint of %s: size %d, signature verified\n", head.Origin, head.Size)
	}
	return nil
}

func sayBundle(list *trustList, file string, witnesses int) error {
	archive, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	found, err := list.verifyBundle(archive, witnesses)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	fmt.Printf("evidence: entry %d of %d in %s, %d witnesses, continued to %d: verified\n",
		found.Index, found.Size, found.Origin, found.Witnesses, found.Latest)
	return nil
}

func collect(file, hub, token, transfer string) ([]entryProof, error) {
	if file != "" {
		return readProof(file)
	}
	bearer, err := os.ReadFile(token)
	if err != nil {
		return nil, err
	}
	proofs, err := fetchProofs(hub, strings.TrimSpace(string(bearer)), transfer)
	if err == nil && len(proofs) == 0 {
		err = errors.New("the transfer has no sequenced facts")
	}
	return proofs, err
}

func readProof(file string) ([]entryProof, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var p entryProof
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, err
	}
	return []entryProof{p}, nil
}
