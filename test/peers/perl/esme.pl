#!/usr/bin/perl
# An ESME that Net::SMPP plays: reads its steps from standard input, one line of JSON each, and prints every
# PDU that comes as a line of JSON.
#   {"send":"submit_sm","fields":{…},"hex":{"short_message":"…"}}   {"await":"deliver_sm"}
use strict;
use warnings;
use JSON::PP;
use Net::SMPP;

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $json = JSON::PP->new->canonical->latin1;
my %NAME = (
    0x80000000 => 'generic_nack',   0x80000001 => 'bind_receiver_resp', 0x80000002 => 'bind_transmitter_resp',
    0x80000009 => 'bind_transceiver_resp', 0x80000004 => 'submit_sm_resp', 0x80000005 => 'deliver_sm_resp',
    0x80000006 => 'unbind_resp',    0x80000015 => 'enquire_link_resp',  0x80000103 => 'data_sm_resp',
    0x00000005 => 'deliver_sm',     0x00000006 => 'unbind',             0x00000015 => 'enquire_link',
);
my $smpp = Net::SMPP->new_connect('127.0.0.1', port => $ARGV[0], async => 1) or die "no connection: $!";

while (my $line = <STDIN>) {
    my $step = $json->decode($line);
    if (my $command = $step->{send}) {
        my %octets = map { $_ => pack('H*', $step->{hex}{$_}) } keys %{ $step->{hex} // {} };
        $smpp->$command(%{ $step->{fields} // {} }, %octets);
        next;
    }
    while (1) {
        my $pdu = $smpp->read_pdu() or die 'the link ended';
        my $name = $NAME{ $pdu->{cmd} } // sprintf('0x%08x', $pdu->{cmd});
        my %fields = map { $_ => $pdu->{$_} } grep { /^[a-z]/ && !ref $pdu->{$_} } keys %$pdu;
        delete @fields{qw(data known_pdu reserved cmd)};
        $fields{short_message} = unpack('H*', $fields{short_message}) if defined $fields{short_message};
        print $json->encode({ %fields, command => $name }), "\n";
        $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '') if $name eq 'deliver_sm';
        last if $name eq $step->{await};
    }
}
