import { proxySinks, type Sinks } from '@temporalio/workflow';

/** What a saga tells the process that runs it, outside of its history. Nothing may depend on it. */
export interface AnnouncementSinks extends Sinks {
  announcements: {
    /** A line for the person who watches `npm start`. */
    line(text: string): void;
    /** Something that a person has to look at. */
    alert(text: string): void;
    /** A named point of the saga, where the crash sweep may end the process. */
    reached(point: SagaPoint): void;
  };
}

type SagaPoint = 'saga.started' | 'saga.traded' | 'saga.settling' | 'saga.committed' | 'saga.ended';

const { announcements } = proxySinks<AnnouncementSinks>();

export function reached(point: SagaPoint): void {
  announcements.reached(point);
}

export function alert(text: string): void {
  announcements.alert(text);
}

export function announce(text: string): void {
  announcements.line(text);
}
